import { SpawnerHelper } from './spawner-helper.ts'
import { startHere } from './start-here.ts'
import type { StartProcess } from './started-process.ts'

/** How long the helper may take to start a program, in milliseconds. */
const defaultLimitMs = 5_000

/**
 * Starts programs through a helper, `spawner.py`: a fork of this process takes milliseconds, for its memory is large, and
 * costs as much again in what it does next, for it shares that memory until each page is written (see decision 0040).
 *
 * Where there is no helper (yet, any more, or at all), programs are started by this process, and so are those whose files the
 * helper cannot open. A program whose start it did not live to tell is started once more: what is started here has to bear that.
 */
export class Spawner implements Disposable {
  readonly #python: () => Promise<string | undefined>
  readonly #limitMs: number
  #helper: SpawnerHelper | undefined
  #state: 'new' | 'beginning' | 'usable' | 'useless' = 'new'

  /** `python`: where Python is, if anywhere. */
  constructor(python: () => Promise<string | undefined>, limitMs = defaultLimitMs) {
    this.#python = python
    this.#limitMs = limitMs
  }

  readonly start: StartProcess = async request => {
    if (this.#state === 'new') void this.#begin()
    const helper = this.#helper
    if (helper === undefined) return await startHere(request)
    return (await helper.start(request)) ?? (await startHere(request))
  };

  /** What it has started goes on. */
  [Symbol.dispose](): void {
    this.#state = 'useless'
    this.#helper?.end()
    this.#helper = undefined
  }

  async #begin(): Promise<void> {
    this.#state = 'beginning'
    const python = process.platform === 'linux' ? await this.#python() : undefined
    const helper =
      python === undefined
        ? undefined
        : await SpawnerHelper.begin(python, this.#limitMs).catch(() => undefined)
    // It may have been disposed of meanwhile.
    if (this.#state !== 'beginning') return helper?.end()
    this.#helper = helper
    // One that never was ready will not be at the next try.
    this.#state = helper === undefined ? 'useless' : 'usable'
    helper?.gone.then(() => {
      if (this.#helper !== helper) return
      this.#helper = undefined
      if (this.#state === 'usable') this.#state = 'new'
    })
  }
}
