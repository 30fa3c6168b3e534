import { SpawnerHelper } from './spawner-helper.ts'
import { startHere } from './start-here.ts'
import type { StartOnce, StartProcess } from './started-process.ts'

/** How long the helper may take to start a program, in milliseconds. */
const defaultLimitMs = 5_000

type State =
  | { readonly kind: 'new' | 'beginning' }
  | { readonly kind: 'usable'; readonly helper: SpawnerHelper }
  /** There is no helper to be had, or it is not wanted any more. */
  | { readonly kind: 'useless' }

/**
 * Starts programs through a helper, `spawner.py`: a fork of this process takes milliseconds, for its memory is large, and
 * costs as much again in what it does next, for it shares that memory until each page is written (see decision 0040).
 *
 * Where there is no helper (yet, any more, or at all), programs are started by this process, and so are those whose files the
 * helper cannot open.
 */
export class Spawner implements Disposable {
  readonly #python: () => Promise<string | undefined>
  readonly #limitMs: number
  #state: State = { kind: 'new' }

  /** `python`: where Python is, if anywhere. */
  constructor(python: () => Promise<string | undefined>, limitMs = defaultLimitMs) {
    this.#python = python
    this.#limitMs = limitMs
  }

  /** A program whose start the helper did not live to tell is started once more, which it has to bear. */
  readonly start: StartProcess = async request => {
    const started = await this.startOnce(request)
    return started === 'untold' ? await startHere(request) : started
  }

  readonly startOnce: StartOnce = async request => {
    if (this.#state.kind === 'new') void this.#begin()
    const started = this.#state.kind === 'usable' ? await this.#state.helper.start(request) : 'unopened'
    return started === 'unopened' ? await startHere(request) : started
  };

  /** What it has started goes on. */
  [Symbol.dispose](): void {
    if (this.#state.kind === 'usable') this.#state.helper.end()
    this.#state = { kind: 'useless' }
  }

  async #begin(): Promise<void> {
    this.#state = { kind: 'beginning' }
    const python = process.platform === 'linux' ? await this.#python() : undefined
    const helper =
      python === undefined
        ? undefined
        : await SpawnerHelper.begin(python, this.#limitMs).catch(() => undefined)
    // It may have been disposed of meanwhile.
    if (this.#state.kind !== 'beginning') return helper?.end()
    // One that never was ready will not be at the next try.
    const next: State = helper === undefined ? { kind: 'useless' } : { kind: 'usable', helper }
    this.#state = next
    helper?.gone.then(() => {
      if (this.#state === next) this.#state = { kind: 'new' }
    })
  }
}
