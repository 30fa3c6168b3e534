import type { Clock } from '../../../../lib/clock.ts'

/** A clock that can be put forward: that of the machine, or one that stands at `start` otherwise. */
export class MovableClock implements Clock {
  readonly #start: number | undefined
  #ahead = 0

  constructor(start?: number) {
    this.#start = start
  }

  readonly now = (): number => (this.#start ?? Date.now()) + this.#ahead

  /** In milliseconds. */
  readonly pass = (span: number): void => {
    this.#ahead += span
  }
}
