import { eventId } from '../../contract/event-message.ts'
import type { StreamEnd } from '../../contract/stream-end.ts'
import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import { credentialJudge } from '../live/credential-judge.ts'
import { done, type Outcome, refuseFields } from '../outcome.ts'
import type { EventSource } from './event-source.ts'
import type { EventText } from './event-text.ts'
import { followEvents } from './follow-events.ts'

/** Tells a caller of changes as long as its token or sign-in is good: one that is revoked or expires reads no further. */
export const openEvents = (
  context: Context,
  source: EventSource,
  { caller, gone }: { caller: Caller; gone: AbortSignal },
): AsyncGenerator<EventText | StreamEnd> =>
  followEvents(source, {
    ...{ store: context.store, live: context.live, stopping: context.stopping, log: context.log },
    ...{ caller, gone, judge: credentialJudge(context, 'events.follow', caller) },
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
