import type { Clock } from '../../../../lib/clock.ts'

/** A clock that stands still until it is put forward, so that nothing depends on how long a test takes. */
export class MovableClock implements Clock {
  #now: number

  constructor(start: number) {
    this.#now = start
  }

  readonly now = (): number => this.#now

  /** In milliseconds. */
  readonly pass = (span: number): void => {
    this.#now += span
  }
}
