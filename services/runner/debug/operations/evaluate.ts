import type { EvaluateContext } from '../../../contract/operations/debug-inspection.ts'
import { evaluateBodySchema } from '../dap-messages.ts'
import { shellContext } from '../engine.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { askExpression } from './ask-expression.ts'
import { chosenThread } from './threads.ts'
import { toldValue } from './variables.ts'

type Evaluate = {
  expression: string
  /** A command of the debugger. Whoever asks for one may. */
  shell?: boolean
  thread?: number | undefined
  frame: number
  context?: EvaluateContext | undefined
  timeout: number
}

export async function evaluate(live: LiveDebugSession, input: Evaluate) {
  const { body, thread, frames } = await evaluated(live, input)
  return toldValue({ ...body, value: body.result }, thread, frames)
}

/** What the adapter says of an expression, and where it was asked. */
export async function evaluated(live: LiveDebugSession, input: Evaluate) {
  if (input.shell === true && !live.hasCommands)
    throw new Refusal(
      'debugger_refused',
      `this debugger (${live.identity.engine}) runs no commands of its own here`,
    )
  const { stop, frames } = await live.stopped()
  live.unanswered.refuse(input.thread ?? stop.thread)
  const thread = await chosenThread(live, input.thread, stop.thread)
  const { id: frameId } = await frames.frame(thread, input.frame)
  const body = await askExpression(live, {
    command: 'evaluate',
    parameters: {
      expression: input.expression,
      frameId,
      // Statements work as well.
      context: input.shell === true ? shellContext : (input.context ?? 'repl'),
      // For bridges of ours: none of the protocol's.
      timeout: input.timeout * 1_000,
    },
    schema: evaluateBodySchema,
    thread,
    text: input.expression,
    timeout: input.timeout,
  })
  return { body, thread, frames }
}
