import { cutText } from '../cut-text.ts'
import { evaluateBodySchema } from '../dap-messages.ts'
import { shellContext } from '../engine.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { chosenThread } from './threads.ts'

type Evaluate = {
  expression: string
  /** A command of the debugger. Whoever asks for one may. */
  shell: boolean
  thread?: number | undefined
  frame: number
  timeout: number
}

export async function evaluate(live: LiveDebugSession, input: Evaluate) {
  if (input.shell && !live.hasCommands)
    throw new Refusal(
      'debugger_refused',
      `this debugger (${live.identity.engine}) runs no commands of its own here`,
    )
  const { stop, frames } = await live.stopped()
  live.unanswered.refuse(input.thread ?? stop.thread)
  const thread = await chosenThread(live, input.thread, stop.thread)
  const frame = await frames.frame(thread, input.frame)
  const expression = { thread, text: input.expression }
  const outcome = await live.adapter.client.request(
    'evaluate',
    // `repl`: statements work as well. `timeout` is for bridges of ours: none of the protocol's.
    {
      expression: input.expression,
      frameId: frame.id,
      context: input.shell ? shellContext : 'repl',
      timeout: input.timeout * 1_000,
    },
    evaluateBodySchema,
    input.timeout * 1_000,
    () => live.unanswered.answered(expression),
  )
  switch (outcome.kind) {
    case 'done': {
      const { result, type, variablesReference } = outcome.body
      return {
        ...cutText(result),
        type: type === undefined ? null : cutText(type).value,
        reference: frames.given(variablesReference, thread),
      }
    }
    case 'refused':
      throw new Refusal('evaluation_failed', cutText(live.evaluationError(outcome.message)).value)
    case 'late': {
      live.unanswered.add(expression)
      const refusal = await live.adapter.refusal('evaluate', outcome)
      if (!live.adapter.usable) throw refusal
      throw new Refusal(
        'debugger_timeout',
        `no result after ${input.timeout} s; the expression is still running in the debuggee, and debug.terminate ends it`,
      )
    }
    case 'closed':
      throw await live.adapter.refusal('evaluate', outcome)
  }
}
