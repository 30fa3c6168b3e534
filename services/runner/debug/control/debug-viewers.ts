import type { Clock } from '../../../../lib/clock.ts'
import type { SeenViewer, Viewer } from '../../../contract/debug-control.ts'
import type { SessionId } from '../../../contract/ids.ts'
import type { ConnectedViewers } from './connected-viewers.ts'
import type { Control } from './control.ts'
import { ControlLease } from './control-lease.ts'
import { SeenViewers } from './seen-viewers.ts'

export type DebugViewersDependencies = {
  readonly session: SessionId
  readonly clock: Clock
  /** Who is connected to the debuggers of each session. */
  readonly connected: Pick<ConnectedViewers, 'of' | 'watch'>
  readonly launchedBy: Viewer | undefined
  /** Who has it from the beginning; default: nobody. */
  readonly control?: Control | undefined
  /** The control has changed hands, or was asked for. */
  readonly changed: () => void
}

/** Who watches one debug session, and who acts on it. */
export class DebugViewers implements Disposable {
  readonly control: ControlLease
  readonly #deps: DebugViewersDependencies
  readonly #seen: SeenViewers
  readonly #watch: Disposable
  #actor: Viewer | null

  constructor(deps: DebugViewersDependencies) {
    const { session, clock, connected, changed } = deps
    this.#deps = deps
    this.control = new ControlLease({ clock, changed, from: deps.control })
    this.#seen = new SeenViewers(clock)
    this.#actor = deps.launchedBy ?? null
    this.#watch = connected.watch((of, isGone) => {
      if (of !== session) return
      this.control.gone(isGone)
      this.#seen.forget(isGone)
    })
  }

  /** Who has acted last, or launched the debuggee where nobody has: from them comes what happens. */
  get actor(): Viewer | null {
    return this.#actor
  }

  looks(viewer: Viewer): void {
    this.#seen.note(viewer, false)
  }

  /** Does what acts on the debuggee, for a person in front of an editor or whoever else. Throws a Refusal where another has the control. */
  acts<T>(viewer: Viewer, work: () => Promise<T>, isPerson = false): Promise<T> {
    this.#seen.note(viewer, true)
    return this.control.hold(viewer, isPerson, () => {
      this.#actor = viewer
      return work()
    })
  }

  told(): SeenViewer[] {
    const { connected, session } = this.#deps
    return this.#seen.told(connected.of(session), this.control.view()?.holder.id)
  }

  [Symbol.dispose](): void {
    this.control[Symbol.dispose]()
    this.#watch[Symbol.dispose]()
  }
}
