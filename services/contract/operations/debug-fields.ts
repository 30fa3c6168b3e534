import { z } from 'zod'
import { childrenPolicies } from '../debug-request.ts'
import { waitSeconds } from '../fields.ts'
import { reference } from '../ids.ts'

/** What the operations on debuggees have in common. */

/** Which debug session. A session's latest, where none is named: the usual case has one. */
export const of = {
  session: reference('ses', true).describe('the session: its id, a unique beginning of it, or @last'),
  debug: reference('dbg')
    .optional()
    .describe('the debug session: its id or a unique beginning of it; default: the latest of the session'),
}

export const thread = z.int().optional().describe('the thread; default: the one that stopped last')
export const frame = z.int().min(0).max(10_000).default(0).describe('the stack frame: 0 is the innermost')
export const children = z
  .enum(childrenPolicies)
  .optional()
  .describe(
    'follow: processes that it starts are debug sessions of their own, with the same breakpoints; ignore: they run without a debugger; default: follow for Python and Node.js, ignore for others',
  )
export const untilStop = waitSeconds.describe('seconds to wait until it has stopped again or ended')
export const start = z.int().min(0).default(0).describe('how many to pass over')
export const atMost = (most: number, initial: number) =>
  z.int().min(1).max(most).default(initial).describe('how many at the most')

export const finding = ['session_not_found', 'debug_session_not_found', 'ambiguous_id'] as const
/** What a question to the runner can meet. */
export const asking = ['runner_unavailable', 'too_many_calls'] as const
/** What every operation on a live debugger can answer. */
export const live = [
  ...finding,
  'debug_session_ended',
  ...asking,
  'debugger_timeout',
  'debugger_refused',
] as const
/** What needs a debuggee that stands still. */
export const stopped = [...live, 'debuggee_running'] as const

/** What acts: others may have the control. */
export const acting = ['control_held', 'role_insufficient'] as const

/** What launching anew can meet. */
export const again = [
  ...finding,
  ...asking,
  ...acting,
  'session_ended',
  'debug_limit',
  'debugger_timeout',
  'debugger_refused',
] as const

export const everywhere = ['api', 'sdk', 'cli', 'mcp'] as const
/** What acts on a debuggee, and what looks at it: by this, who may only watch is told from who may control. */
export const write = { access: 'debug:write', answer: 'json', status: 200, surfaces: everywhere } as const
export const read = { ...write, access: 'debug:read' } as const

/** Whose variables are meant. */
export const variablesIn = {
  scope: z.string().max(200).optional().describe('the scope by its name; default: the first, the locals'),
  reference: z
    .int()
    .min(1)
    .optional()
    .describe('the reference of a variable or scope, to see its parts; in place of frame and scope'),
}

/** A page of a list: `next` is the `start` of the following one, null at its end. */
export const page = { total: z.int(), next: z.int().nullable() }
