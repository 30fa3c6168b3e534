import type { z } from 'zod'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'

type Asked<Schema extends z.ZodType> = {
  readonly command: 'evaluate' | 'setExpression' | 'setVariable'
  readonly parameters: object
  readonly schema: Schema
  /** The thread that works on it, and what it works on. */
  readonly thread: number
  readonly text: string
  /** Seconds after which it is given up. */
  readonly timeout: number
}

/** Asks for what the debuggee itself has to work out; throws a Refusal where that fails, or takes too long. */
export async function askExpression<Schema extends z.ZodType>(
  live: LiveDebugSession,
  { command, parameters, schema, thread, text, timeout }: Asked<Schema>,
): Promise<z.output<Schema>> {
  const expression = { thread, text }
  const outcome = await live.adapter.client.request(command, parameters, schema, timeout * 1_000, {
    answeredLate: () => live.unanswered.answered(expression),
  })
  switch (outcome.kind) {
    case 'done':
      return outcome.body
    case 'refused':
      throw new Refusal('evaluation_failed', live.evaluationError(outcome.message))
    case 'late': {
      live.unanswered.add(expression)
      const refusal = await live.adapter.refusal(command, outcome)
      if (!live.adapter.usable) throw refusal
      throw new Refusal(
        'debugger_timeout',
        `no result after ${timeout} s; the expression is still running in the debuggee, and debug.terminate ends it`,
      )
    }
    case 'closed':
      throw await live.adapter.refusal(command, outcome)
  }
}
