import type { FromDebug } from './debug-message.ts'
import type { DebugNews } from './runner-messages.ts'

/** What happens to a debuggee, as clients are told it. */
export type DebugEvent = Omit<Extract<FromDebug, { type: 'event' }>, 'type'>

/** The same as runner and API have it: put into words once, for whoever listens. */
export const newsOf = (happened: DebugEvent): DebugNews => ({
  session: happened.debug.session,
  debug: happened.debug.id,
  event: happened.event,
  frame: JSON.stringify({ type: 'event', ...happened } satisfies FromDebug),
})
