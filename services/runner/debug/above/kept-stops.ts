import { setTimeout as delay } from 'node:timers/promises'
import { mostKeptStops } from '../../../contract/debug-diff.ts'
import type { Stop } from '../../../contract/debug-resources.ts'
import type { AskAdapter } from '../ask-adapter.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { keepStop } from './keep-stop.ts'
import type { KeptStop } from './stop-diff.ts'

/** How long a stop may be looked at before it is told. */
const mostMs = 2_000

/** Pictures of the last stops of a debuggee, from when somebody has first asked for them: they take time at each. */
export class KeptStops {
  #wanted = false
  #stops: readonly KeptStop[] = []

  /** From now on each stop is kept. */
  begin(): void {
    this.#wanted = true
  }

  get all(): readonly KeptStop[] {
    return this.#stops
  }

  /** Where nobody wants it, or it takes too long, the stop is not kept. Never rejects. */
  async take(ask: AskAdapter, frames: StoppedFrames, stop: Stop): Promise<void> {
    if (!this.#wanted || this.#stops.some(({ number }) => number === stop.number)) return
    const over = new AbortController()
    const late = delay(mostMs, undefined, { signal: over.signal }).catch(() => undefined)
    const taken = keepStop(ask, frames, stop, performance.now() + mostMs / 2).catch(() => undefined)
    const kept = await Promise.race([taken, late])
    over.abort()
    if (kept !== undefined) this.#stops = [...this.#stops, kept].slice(-mostKeptStops)
  }
}
