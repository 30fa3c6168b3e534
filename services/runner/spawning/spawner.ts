import { type HelperLimits, SpawnerHelper } from './spawner-helper.ts'
import { startHere } from './start-here.ts'
import type { StartOnce, StartProcess } from './started-process.ts'

export type SpawnerLimits = HelperLimits & {
  /** After a helper that could not be used another is tried so much later, then after twice as long each time. */
  readonly firstPauseMs: number
}

const defaultLimits: SpawnerLimits = {
  ...{ beginMs: 30_000, startMs: 5_000, tellMs: 2_000 },
  firstPauseMs: 60_000,
}
const longestPauseMs = 3_600_000

/**
 *     new → beginning → usable → new, where it has gone
 *              ↑ ↓
 *            resting
 *
 * `resting`: so many in a row could not be used, and until an instant of the stopwatch no other is tried. `over`, from any
 * of these: none is wanted any more.
 */
type State =
  | { readonly kind: 'new' | 'over' }
  | { readonly kind: 'beginning'; readonly failures: number; readonly ending: AbortController }
  | { readonly kind: 'usable'; readonly helper: SpawnerHelper }
  | { readonly kind: 'resting'; readonly failures: number; readonly until: number }

/**
 * Starts programs through a helper, `spawner.py`: a fork of this process takes milliseconds, for its memory is large, and
 * costs as much again in what it does next, for it shares that memory until each page is written (see decision 0040).
 *
 * Where there is no helper (yet, any more, or at all), programs are started by this process, and so are those whose files the
 * helper cannot open.
 */
export class Spawner implements Disposable {
  readonly #python: () => Promise<string | undefined>
  readonly #limits: SpawnerLimits
  #state: State = { kind: 'new' }

  /** `python`: where Python is, if anywhere. */
  constructor(python: () => Promise<string | undefined>, limits: Partial<SpawnerLimits> = {}) {
    this.#python = python
    this.#limits = { ...defaultLimits, ...limits }
  }

  /** A program whose start the helper did not live to tell is started once more, which it has to bear. */
  readonly start: StartProcess = async request => {
    const started = await this.startOnce(request)
    return started === 'untold' ? await startHere(request) : started
  }

  readonly startOnce: StartOnce = async request => {
    if (this.#state.kind === 'new') void this.#begin(0)
    if (this.#state.kind === 'resting' && performance.now() >= this.#state.until)
      void this.#begin(this.#state.failures)
    const started = this.#state.kind === 'usable' ? await this.#state.helper.start(request) : 'unopened'
    return started === 'unopened' ? await startHere(request) : started
  };

  /** What it has started goes on. */
  [Symbol.dispose](): void {
    if (this.#state.kind === 'usable') this.#state.helper.end()
    if (this.#state.kind === 'beginning') this.#state.ending.abort()
    this.#state = { kind: 'over' }
  }

  /** `failures`: how many could not be used before. */
  async #begin(failures: number): Promise<void> {
    const ending = new AbortController()
    this.#state = { kind: 'beginning', failures, ending }
    const helper = await this.#helper(ending.signal).catch(() => undefined)
    // It may have been disposed of meanwhile.
    if (this.#state.kind !== 'beginning') return helper?.end()
    if (helper === undefined) {
      const pause = Math.min(this.#limits.firstPauseMs * 2 ** failures, longestPauseMs)
      this.#state = { kind: 'resting', failures: failures + 1, until: performance.now() + pause }
      return
    }
    const usable: State = { kind: 'usable', helper }
    this.#state = usable
    helper.gone.then(() => {
      if (this.#state === usable) this.#state = { kind: 'new' }
    })
  }

  async #helper(signal: AbortSignal): Promise<SpawnerHelper | undefined> {
    const python = process.platform === 'linux' ? await this.#python() : undefined
    return python === undefined ? undefined : await SpawnerHelper.begin(python, this.#limits, signal)
  }
}
