import { monotonicMs } from '../../../lib/monotonic.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { Time } from '../task.ts'
import { durationText, millisecondsOf } from '../time.ts'

/** How long a task may take, and how long it may say nothing. */
export interface Limits {
  readonly timeout?: Time
  readonly heartbeat?: Time
}

/** Watches the limits of one attempt; `reach` is called once, with what to tell, unless it was disposed before. */
export class LimitWatch implements Disposable {
  readonly #timers = new Set<NodeJS.Timeout>()
  #heard = monotonicMs()

  constructor({ timeout, heartbeat }: Limits, reach: (error: UserError) => void) {
    if (timeout !== undefined) {
      const ms = millisecondsOf('timeout', timeout)
      this.#after(ms, () => reach(new UserError(`timed out after ${durationText(ms)}`)))
    }
    if (heartbeat !== undefined) this.#listen(millisecondsOf('heartbeat', heartbeat), reach)
  }

  /** The task has said something. */
  hear(): void {
    this.#heard = monotonicMs()
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  #listen(ms: number, reach: (error: UserError) => void): void {
    const silent = monotonicMs() - this.#heard
    if (silent >= ms) reach(new UserError(`said nothing for ${durationText(ms)}`))
    else this.#after(ms - silent, () => this.#listen(ms, reach))
  }

  #after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      action()
    }, ms)
    this.#timers.add(timer)
  }
}
