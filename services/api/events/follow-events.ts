import type { EndReason, StreamEnd } from '../../contract/stream-end.ts'
import { type ChangeFilter, changesAfter } from '../../store/changes.ts'
import type { Store } from '../../store/store.ts'
import { endOf } from '../live/end-of.ts'
import { type FollowDependencies, FollowWorld, type Interruption } from '../live/follow-world.ts'
import { refusalOf } from '../problem-reply.ts'
import type { EventSource } from './event-source.ts'
import { type EventText, eventText } from './event-text.ts'
import { batch } from './live-changes.ts'
import { type ToldChanges, toldChange } from './told-change.ts'

type Told = AsyncGenerator<EventText, Interruption | EndReason>

/**
 * The changes that a caller may see, from a position on, together with all who follow: see LiveChanges. It goes on only
 * when what it told was taken, and holds one batch at the most. Its last event is `end`, unless the reader has gone.
 * Knows nothing of HTTP.
 */
export async function* followEvents(
  source: EventSource,
  deps: FollowDependencies,
): AsyncGenerator<EventText | StreamEnd> {
  using world = new FollowWorld(deps)
  let reason: Interruption | EndReason
  try {
    reason = yield* tellChanges(source, world)
  } catch (error) {
    deps.log.error({ err: error }, 'reading changes failed')
    reason = refusalOf(error)
  }
  if (reason !== 'gone') yield endOf(reason)
}

async function* tellChanges(
  { session, after, once }: EventSource,
  world: FollowWorld<FollowDependencies>,
): Told {
  const { live, store, caller } = world.deps
  const wanted = { visible: caller.visible, session }
  await using shared = live.changes()
  using _ = shared.value.sight.join(world.news)
  const latest = await shared.value.sight.fresh()
  if (after === undefined) yield eventText({ type: 'start', id: String(latest) })
  for (let position = after ?? latest; ; ) {
    const interruption = world.interruption()
    if (interruption !== undefined) return interruption
    const read = shared.value.after(position, wanted) ?? (await readAlone(store, position, wanted))
    for (const { text, isRemoval } of read.changes) {
      yield text
      if (isRemoval && session !== undefined) return 'session_deleted'
    }
    position = read.upTo
    if (read.more) continue
    if (once) return 'complete'
    await world.wait()
  }
}

/** For who stands where the others do not. */
async function readAlone(store: Store, after: number, wanted: ChangeFilter): Promise<ToldChanges> {
  const read = await changesAfter(store, { ...wanted, after, limit: batch })
  if (read.known) return { ...read, changes: read.changes.map(toldChange) }
  const text = eventText({ type: 'reset', id: String(read.latest) })
  return { changes: [{ text, isRemoval: false }], upTo: read.latest, more: true }
}
