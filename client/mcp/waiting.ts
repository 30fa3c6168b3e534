import { z } from 'zod'
import { commandHasEnded, commandStatuses } from '../../services/contract/command-state.ts'
import { sessionIsSettled, sessionStatuses } from '../../services/contract/session-state.ts'
import type { CallName } from '../sdk/operation-types.ts'
import { callOperation, type Fields, type ToolCall } from './tool-call.ts'

/** How often a client is told where a call is that waits, in seconds. */
const slice = 2

/** What a call waits for: whether it is over by what was answered, and how to look again. */
type Waiting = {
  readonly what: string
  readonly over: (answer: Answer) => boolean
  readonly look: CallName
  readonly named: (answer: Answer) => Fields
}

const answerSchema = z.looseObject({ status: z.string(), name: z.string().optional(), id: z.string() })
type Answer = z.infer<typeof answerSchema>

const repository: Waiting = {
  what: 'the repository',
  over: ({ status }) => status !== 'pending',
  look: 'repositories.get',
  named: ({ name }) => ({ repository: name }),
}
const session: Waiting = {
  what: 'the session',
  over: ({ status }) => sessionIsSettled(z.enum(sessionStatuses).parse(status)),
  look: 'sessions.get',
  named: ({ id }) => ({ session: id }),
}
const command: Waiting = {
  what: 'the command',
  over: ({ status }) => commandHasEnded(z.enum(commandStatuses).parse(status)),
  look: 'commands.get',
  named: ({ id }) => ({ command: id }),
}
const debuggee: Waiting = {
  what: 'the debuggee',
  over: ({ status }) => status === 'stopped' || status === 'ended',
  look: 'debug.status',
  named: ({ id, session }) => ({ session, debug: id }),
}

const waitings: { readonly [Name in CallName]?: Waiting } = {
  'repositories.add': repository,
  'sessions.create': session,
  'sessions.get_or_create': session,
  'sessions.get': session,
  'sessions.stop': session,
  'sessions.resume': session,
  'commands.run': command,
  'commands.get': command,
  'commands.cancel': command,
  'commands.rerun': command,
  'debug.launch': debuggee,
  'debug.status': debuggee,
  'debug.continue': debuggee,
  'debug.next': debuggee,
  'debug.step_in': debuggee,
  'debug.step_out': debuggee,
  'debug.step_back': debuggee,
  'debug.until': debuggee,
  'debug.pause': debuggee,
  'debug.restart': debuggee,
  'debug.rerun': debuggee,
  // One that is stopped is not over yet; to end it again changes nothing.
  'debug.terminate': { ...debuggee, over: ({ status }) => status === 'ended', look: 'debug.terminate' },
}

/**
 * Calls an operation. For a client that wants to know where a call is, one that waits is asked for in slices: first the
 * operation, which is begun once, then how it stands, each with a short wait of its own.
 */
export async function callAndTell(name: CallName, input: Fields, call: ToolCall): Promise<unknown> {
  const { tell } = call
  const waiting = waitings[name]
  const wait = Number(input.wait ?? 0)
  if (tell === undefined || waiting === undefined || wait <= slice)
    return await callOperation(name, input, call)
  let answer: unknown = await callOperation(name, { ...input, wait: slice }, call)
  for (let waited = slice; waited < wait; waited += slice) {
    const known = answerSchema.parse(answer)
    if (waiting.over(known)) break
    tell({ progress: waited, total: wait, message: `${waiting.what} ${known.id} is ${known.status}` })
    const more = { ...waiting.named(known), wait: Math.min(slice, wait - waited) }
    answer = await callOperation(waiting.look, more, call)
  }
  return answer
}
