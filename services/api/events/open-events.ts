import { contract } from '../../contract/contract.ts'
import { type EventMessage, eventId } from '../../contract/event-message.ts'
import { getToken } from '../../store/tokens.ts'
import { type Caller, judge } from '../access.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, refuse, refuseFields } from '../outcome.ts'
import type { EventSource } from './event-source.ts'
import { followEvents } from './follow-events.ts'

/** Tells a caller of changes as long as its token is good: one that is revoked or expires reads no further. */
export const openEvents = (
  context: Context,
  source: EventSource,
  { caller, gone }: { caller: Caller; gone: AbortSignal },
): AsyncGenerator<EventMessage> =>
  followEvents(source, {
    ...{ store: context.store, changes: context.changes, stopping: context.stopping, log: context.log },
    ...{ visible: caller.visible, gone },
    recheck: async () => {
      const token = await getToken(context.store, caller.token.id)
      if (token === undefined) return refuse('unauthenticated', 'this token is not valid')
      const judged = judge(token, contract['events.follow'].access, context.clock.now())
      return judged.ok ? undefined : judged
    },
  })

/** Where to go on: a browser that connects again sends the id of the last event, which is newer than what it asked for. */
export function resumed(
  source: EventSource,
  lastEventId: string | string[] | undefined,
): Outcome<EventSource> {
  if (lastEventId === undefined || lastEventId === '') return done(source)
  const id = eventId.safeParse(lastEventId)
  if (!id.success)
    return refuseFields([{ path: 'Last-Event-ID', message: 'expected the id of an event, a whole number' }])
  return done({ ...source, after: Number(id.data) })
}
