import type { Viewer } from '../../contract/debug-control.ts'
import type { SessionId } from '../../contract/ids.ts'
import type { Present } from '../../contract/runner-messages.ts'

/** Who is connected to the debuggers of each session through this API. The runner is told at each change. */
export class ViewersHere {
  readonly #tell: (present: Omit<Present, 'type'>) => void
  readonly #bySession = new Map<SessionId, Set<Viewer>>()

  constructor(tell: (present: Omit<Present, 'type'>) => void) {
    this.#tell = tell
  }

  /** Until disposed. */
  enter(session: SessionId, viewer: Viewer): Disposable {
    const here = this.#bySession.get(session) ?? new Set()
    this.#bySession.set(session, here.add(viewer))
    this.#say(session)
    return {
      [Symbol.dispose]: () => {
        if (!here.delete(viewer)) return
        if (here.size === 0) this.#bySession.delete(session)
        this.#say(session)
      },
    }
  }

  /** A runner has come who has heard of nobody. */
  tellAll(): void {
    for (const session of this.#bySession.keys()) this.#say(session)
  }

  #say(session: SessionId): void {
    this.#tell({ session, viewers: [...(this.#bySession.get(session) ?? [])] })
  }
}
