import type { SessionId } from '../../contract/ids.ts'
import { listCommands } from '../../store/commands.ts'
import type { SessionJoined } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { getSession } from '../../store/sessions.ts'
import type { Store } from '../../store/store.ts'
import { SharedLook } from '../live/shared-look.ts'
import { type LiveDependencies, storePoll } from './live-command.ts'

export type SessionSight = {
  /** Undefined: it has been deleted. */
  readonly session: SessionJoined | undefined
  /** Read after the session: one that has ended gets no more of them. */
  readonly commands: readonly CommandRow[]
}

/** A session with a follower or more: one look at its row and its commands. */
export class LiveSession implements AsyncDisposable {
  readonly sight: SharedLook<SessionSight>
  readonly #hints: Disposable

  constructor({ store, changes }: LiveDependencies, id: SessionId) {
    this.sight = new SharedLook({
      look: async before => kept(before, await lookAt(store, id)),
      every: storePoll,
    })
    this.#hints = changes.watch(change => {
      if (change.session === undefined || change.session === id) this.sight.beat()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hints[Symbol.dispose]()
    await this.sight.settled()
  }
}

export async function lookAt(store: Store, id: SessionId): Promise<SessionSight> {
  const session = await getSession(store, id)
  return { session, commands: session === undefined ? [] : await listCommands(store, id, { apps: false }) }
}

/** Commands come, and end by themselves: of their ends whoever follows them is told there. */
const kept = (before: SessionSight | undefined, now: SessionSight): SessionSight =>
  before !== undefined &&
  before.session?.status === now.session?.status &&
  before.session?.delete_requested === now.session?.delete_requested &&
  before.commands.length === now.commands.length
    ? before
    : now
