import { monotonicMs } from '../../../lib/monotonic.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { Time } from '../task.ts'
import { durationText, millisecondsOf } from '../time.ts'

/** A timer of Node cannot wait longer. */
const longestTimerMs = 2 ** 31 - 1

/** How long a task may take, and how long it may say nothing. */
export interface Limits {
  readonly timeout?: Time
  readonly heartbeat?: Time
}

/**
 * Watches the limits of one attempt; `reach` is called once, with what to tell, unless it was disposed before. The time in
 * which it is held does not count.
 */
export class LimitWatch implements Disposable {
  readonly #reach: (error: UserError) => void
  readonly #timeoutMs: number
  readonly #heartbeatMs: number
  readonly #start = monotonicMs()
  #heldMs = 0
  #holds = 0
  #heldSince = 0
  /** When it was heard of last, in the time that counts. */
  #heard = 0
  #timer: NodeJS.Timeout | undefined

  constructor({ timeout, heartbeat }: Limits, reach: (error: UserError) => void) {
    this.#reach = reach
    const never = Number.POSITIVE_INFINITY
    this.#timeoutMs = timeout === undefined ? never : millisecondsOf('timeout', timeout)
    this.#heartbeatMs = heartbeat === undefined ? never : millisecondsOf('heartbeat', heartbeat)
    this.#check()
  }

  /** The task has said something. */
  hear(): void {
    this.#heard = this.#now()
  }

  /** The task waits for somebody who takes their time. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#heldSince = monotonicMs()
    clearTimeout(this.#timer)
    try {
      return await work()
    } finally {
      if (--this.#holds === 0) {
        this.#heldMs += monotonicMs() - this.#heldSince
        this.#check()
      }
    }
  }

  [Symbol.dispose](): void {
    this.#holds = Number.POSITIVE_INFINITY
    clearTimeout(this.#timer)
  }

  /** While it is held this stands still. */
  #now(): number {
    return (this.#holds > 0 ? this.#heldSince : monotonicMs()) - this.#start - this.#heldMs
  }

  #check(): void {
    if (this.#holds > 0) return
    const now = this.#now()
    if (now >= this.#timeoutMs) this.#reach(new UserError(`timed out after ${durationText(this.#timeoutMs)}`))
    else if (now - this.#heard >= this.#heartbeatMs)
      this.#reach(new UserError(`said nothing for ${durationText(this.#heartbeatMs)}`))
    else {
      const left = Math.min(this.#timeoutMs, this.#heard + this.#heartbeatMs) - now
      this.#timer = setTimeout(() => this.#check(), Math.min(Math.ceil(left), longestTimerMs))
    }
  }
}
