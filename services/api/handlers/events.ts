import { noteSeen } from '../../store/audit-entry.ts'
import type { Context } from '../context.ts'
import { done } from '../outcome.ts'
import { beyondTicket } from '../tickets/beyond-ticket.ts'
import { findSession } from './find.ts'
import type { Handlers } from './handler.ts'

const target = { stream: 'events', command: null } as const

/** Finds what is to be told of; the telling itself is `events/follow-events.ts`. */
export const eventHandlers = (context: Context): Pick<Handlers, 'events.follow'> => ({
  'events.follow': async (input, { caller }) => {
    const after = input.after === undefined ? undefined : Number(input.after)
    const { once } = input
    if (input.session === undefined) {
      // Of all that everybody has.
      if (caller.visible === 'all') noteSeen('events.follow')
      return beyondTicket(caller, { ...target, session: null }) ?? done({ session: undefined, after, once })
    }
    const session = await findSession(context, input.session, caller)
    if (!session.ok) return session
    const { id } = session.value
    return beyondTicket(caller, { ...target, session: id }) ?? done({ session: id, after, once })
  },
})
