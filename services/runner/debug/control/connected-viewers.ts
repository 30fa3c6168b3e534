import type { Viewer } from '../../../contract/debug-control.ts'
import type { SessionId } from '../../../contract/ids.ts'
import type { Present, Unshared } from '../../../contract/runner-messages.ts'

/** Told that viewers of a session are there no more, or may do so no more. */
type Watcher = (session: SessionId, isGone: (viewer: Viewer) => boolean) => void

/** Who is connected to the debuggers of each session, through any of the APIs. `Api`: what tells one from another. */
export class ConnectedViewers<Api extends object = object> {
  readonly #byApi = new Map<Api, Map<SessionId, readonly Viewer[]>>()
  readonly #watchers = new Set<Watcher>()

  watch(watcher: Watcher): Disposable {
    this.#watchers.add(watcher)
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) }
  }

  /** All whom an API has connected to a session. */
  present(api: Api, { session, viewers }: Pick<Present, 'session' | 'viewers'>): void {
    const sessions = this.#byApi.get(api) ?? new Map<SessionId, readonly Viewer[]>()
    const before = sessions.get(session) ?? []
    if (viewers.length === 0) sessions.delete(session)
    else this.#byApi.set(api, sessions.set(session, viewers))
    if (sessions.size === 0) this.#byApi.delete(api)
    this.#tell(session, before)
  }

  /** An API has gone, and with it all who were connected through it. */
  left(api: Api): void {
    const sessions = this.#byApi.get(api) ?? []
    this.#byApi.delete(api)
    for (const [session, before] of sessions) this.#tell(session, before)
  }

  /** A role was taken back: whoever had it, over whatever they came. Those who are connected are cut off by their API. */
  unshared({ session, who }: Pick<Unshared, 'session' | 'who'>): void {
    this.#say(session, ({ role, user, token }) =>
      role === 'owner' ? false : 'user' in who ? user === who.user : token === who.token,
    )
  }

  of(session: SessionId): Viewer[] {
    return [...this.#byApi.values()].flatMap(sessions => sessions.get(session) ?? [])
  }

  #tell(session: SessionId, before: readonly Viewer[]): void {
    const here = new Set(this.of(session).map(({ id }) => id))
    const gone = new Set(before.map(({ id }) => id).filter(id => !here.has(id)))
    if (gone.size > 0) this.#say(session, ({ id }) => gone.has(id))
  }

  #say(session: SessionId, isGone: (viewer: Viewer) => boolean): void {
    for (const watcher of this.#watchers) watcher(session, isGone)
  }
}
