import { setValueBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { able } from './able.ts'
import { askExpression } from './ask-expression.ts'
import { scopeWith } from './scope-with.ts'
import { chosenThread } from './threads.ts'
import { toldValue } from './variables.ts'

type SetValue = {
  name: string
  value: string
  thread?: number | undefined
  frame: number
  reference?: number | undefined
}

/** Gives a variable another value, and tells what it has then. */
export async function setValue(live: LiveDebugSession, input: SetValue) {
  const { name, value, reference } = input
  const { stop, frames } = await live.stopped()
  const asked = reference === undefined ? (input.thread ?? stop.thread) : frames.of(reference).thread
  live.unanswered.refuse(asked)
  const thread = await chosenThread(live, asked, stop.thread)
  const timeout = live.adapter.answerMs / 1_000
  const common = { schema: setValueBodySchema, thread, text: `${name} = ${value}`, timeout } as const
  if (reference === undefined && live.adapter.capabilities.supportsSetExpression) {
    const { id: frameId } = await frames.frame(thread, input.frame)
    const parameters = { expression: name, value, frameId }
    const body = await askExpression(live, { command: 'setExpression', parameters, ...common })
    return toldValue(body, thread, frames)
  }
  able(live, 'supportsSetVariable', 'way to set a variable')
  const variablesReference =
    reference ?? (await scopeWith(live, frames, name, { thread, frame: input.frame }))
  if (variablesReference === undefined)
    throw new Refusal(
      'evaluation_failed',
      `frame ${input.frame} has no variable ${name}; debug.variables shows what it has, and the references of parts`,
    )
  const parameters = { variablesReference, name, value }
  const body = await askExpression(live, { command: 'setVariable', parameters, ...common })
  return toldValue(body, thread, frames)
}
