import { type Clock, toInstant } from '../../../../lib/clock.ts'
import type { SeenViewer, Viewer } from '../../../contract/debug-control.ts'
import type { ViewerId } from '../../../contract/ids.ts'

/** Who has asked nothing for so long, in milliseconds, watches no more; and how many are remembered. */
const watchesMs = 600_000
const most = 64

type Seen = { viewer: Viewer; asked: number; acted: number | null }

/** Who has asked for anything of one debug session, the latest ones of them. */
export class SeenViewers {
  readonly #clock: Clock
  /** In the order in which they have last asked. */
  readonly #seen = new Map<ViewerId, Seen>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(viewer: Viewer, acts: boolean): void {
    const now = this.#clock.now()
    const before = this.#seen.get(viewer.id)
    this.#seen.delete(viewer.id)
    this.#seen.set(viewer.id, {
      viewer,
      asked: now,
      acted: acts ? now : (before?.acted ?? null),
    })
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > most && oldest !== undefined) this.#seen.delete(oldest)
  }

  forget(isGone: (viewer: Viewer) => boolean): void {
    for (const [id, { viewer }] of this.#seen) if (isGone(viewer)) this.#seen.delete(id)
  }

  /** With those who are connected, whether they have asked for anything or not. */
  told(connected: readonly Viewer[], holder: ViewerId | undefined): SeenViewer[] {
    const now = this.#clock.now()
    const here = new Set(connected.map(({ id }) => id))
    const silent = connected.filter(({ id }) => !this.#seen.has(id))
    const seen = [...this.#seen.values()].filter(
      ({ viewer, asked }) => here.has(viewer.id) || viewer.id === holder || now - asked < watchesMs,
    )
    return [
      ...seen.map(({ viewer, asked, acted }) => ({
        ...viewer,
        connected: here.has(viewer.id),
        asked_at: toInstant(asked),
        acted_at: acted === null ? null : toInstant(acted),
        control: viewer.id === holder,
      })),
      ...silent.map(viewer => ({
        ...{ ...viewer, connected: true, asked_at: null, acted_at: null, control: viewer.id === holder },
      })),
    ]
  }
}
