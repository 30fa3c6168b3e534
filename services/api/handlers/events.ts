import type { Context } from '../context.ts'
import { done } from '../outcome.ts'
import { findSession } from './find.ts'
import type { Handlers } from './handler.ts'

/** Finds what is to be told of; the telling itself is `events/follow-events.ts`. */
export const eventHandlers = (context: Context): Pick<Handlers, 'events.follow'> => ({
  'events.follow': async (input, { caller }) => {
    const after = input.after === undefined ? undefined : Number(input.after)
    const { once } = input
    if (input.session === undefined) return done({ session: undefined, after, once })
    const session = await findSession(context, input.session, caller)
    return session.ok ? done({ session: session.value.id, after, once }) : session
  },
})
