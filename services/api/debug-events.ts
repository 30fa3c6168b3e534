import type { SessionId } from '../contract/ids.ts'
import type { DebugNews } from '../contract/runner-messages.ts'

export type DebugWatcher = {
  readonly onEvent: (news: DebugNews) => void
  /** The runner was lost and has come back, or another one has: events are missing. */
  readonly onGap: () => void
}

/** Hands what happens to the debuggees of a session to whoever watches it. */
export class DebugEvents {
  readonly #bySession = new Map<SessionId, Set<DebugWatcher>>()

  watch(session: SessionId, watcher: DebugWatcher): Disposable {
    const watchers = this.#bySession.get(session) ?? new Set()
    this.#bySession.set(session, watchers.add(watcher))
    return {
      [Symbol.dispose]: () => {
        watchers.delete(watcher)
        if (watchers.size === 0) this.#bySession.delete(session)
      },
    }
  }

  announce(news: DebugNews): void {
    for (const watcher of this.#bySession.get(news.session) ?? []) watcher.onEvent(news)
  }

  gap(): void {
    for (const watchers of this.#bySession.values()) for (const watcher of watchers) watcher.onGap()
  }

  /** How many watch; what tests look at to see that nothing is left behind. */
  get watching(): number {
    return [...this.#bySession.values()].reduce((sum, watchers) => sum + watchers.size, 0)
  }
}
