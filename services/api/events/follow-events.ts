import type { EventMessage } from '../../contract/event-message.ts'
import { problemDocument } from '../../contract/problems.ts'
import { type Change, changesAfter, latestPosition } from '../../store/changes.ts'
import type { Visibility } from '../../store/references.ts'
import { toCommand, toRepository, toSession } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import type { Refusal } from '../outcome.ts'
import { refusalOf } from '../problem-reply.ts'
import { Pulse } from '../pulse.ts'
import type { EventSource } from './event-source.ts'

/** The longest pause between two looks at the store, in milliseconds, and how many changes are read at a time. */
const poll = 1_000
const batch = 100

export type EventDependencies = Pick<Context, 'store' | 'changes' | 'stopping' | 'log'> & {
  readonly visible: Visibility
  /** Aborts when the reader has gone away. */
  readonly gone: AbortSignal
  /** Asked now and then: the refusal once the reader's token opens this no more. */
  readonly recheck: () => Promise<Refusal | undefined>
}

/**
 * The changes that a caller may see, from a position on. It holds one batch at a time and reads on only when that was
 * taken. Its last message is `end`, unless the reader has gone. Knows nothing of HTTP.
 */
export async function* followEvents(
  source: EventSource,
  deps: EventDependencies,
): AsyncGenerator<EventMessage> {
  try {
    yield* tellChanges(source, deps)
  } catch (error) {
    deps.log.error({ err: error }, 'reading changes failed')
    yield problemEnd(refusalOf(error))
  }
}

async function* tellChanges(source: EventSource, deps: EventDependencies): AsyncGenerator<EventMessage> {
  const { store, changes, gone, stopping, visible } = deps
  const { session, once } = source
  const pulse = new Pulse()
  using resources = new DisposableStack()
  resources.use(changes.watch(pulse.beat))
  for (const signal of [gone, stopping]) resources.use(pulse.beatOn(signal))
  let after = source.after ?? (await latestPosition(store))
  if (source.after === undefined) yield { type: 'start', id: String(after) }
  for (let checked = performance.now(); !gone.aborted; ) {
    if (stopping.aborted) return yield { type: 'end', reason: 'server_stopping' }
    const read = await changesAfter(store, { after, visible, session, limit: batch })
    if (!read.known) {
      after = read.latest
      yield { type: 'reset', id: String(after) }
      continue
    }
    for (const change of read.changes) {
      yield toMessage(change)
      if (change.kind === 'removed' && change.session === session)
        return yield { type: 'end', reason: 'session_deleted' }
    }
    after = read.upTo
    if (read.more) continue
    if (once) return yield { type: 'end', reason: 'complete' }
    await pulse.wait(poll)
    if (performance.now() - checked < poll) continue
    checked = performance.now()
    const refusal = await deps.recheck()
    if (refusal !== undefined) return yield problemEnd(refusal)
  }
}

function toMessage(change: Change): EventMessage {
  const id = String(change.position)
  switch (change.kind) {
    case 'session':
      return { type: 'session', id, session: toSession(change.row) }
    case 'command':
      return { type: 'command', id, command: toCommand(change.row) }
    case 'repository':
      return { type: 'repository', id, repository: toRepository(change.row) }
    case 'removed':
      return { type: 'removed', id, session: change.session }
    case 'repository_removed':
      return { type: 'repository_removed', id, repository: change.repository }
  }
}

const problemEnd = (refusal: Refusal): EventMessage => ({
  type: 'end',
  reason: 'problem',
  problem: problemDocument(refusal.code, refusal.detail, refusal.errors),
})
