import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A checkout, its index, and where the stamps of its directories are written down. */
export type Stamped = { checkout: string; index: string; stamps: string }

/** `provable`: whether anything in it may be proven to be as it was. */
export type Scrub = Stamped & { fresh: string; provable: boolean }

/** What looks at every file of a checkout. */
export type DiskWork =
  | ({ kind: 'scrub' } & Scrub)
  | ({ kind: 'note' } & Stamped)
  | { kind: 'measure'; checkout: string }

/** How long one work may take: a million files, and then some. */
const limitMs = 600_000

/**
 * A thread for work with calls that wait for the disk, which are by far the fastest. One work at a time, which rejects with
 * what was thrown; then, and when it is aborted, the thread does no more.
 */
export class DiskThread implements AsyncDisposable {
  readonly #worker = new Worker(new URL('./disk-worker.ts', import.meta.url))
    // Of work that nobody waits for any more.
    .on('error', () => undefined)

  async scrub(scrub: Scrub, signal: AbortSignal): Promise<void> {
    await this.#perform({ kind: 'scrub', ...scrub }, signal)
  }

  /** Writes the stamps of its directories down. */
  async note(stamped: Stamped, signal: AbortSignal): Promise<void> {
    await this.#perform({ kind: 'note', ...stamped }, signal)
  }

  /** How many bytes it takes. */
  async measure(checkout: string, signal: AbortSignal): Promise<number> {
    const bytes = await this.#perform({ kind: 'measure', checkout }, signal)
    if (typeof bytes !== 'number') throw new Error('the thread has not told how much it is')
    return bytes
  }

  async #perform(work: DiskWork, signal: AbortSignal): Promise<unknown> {
    const over = new AbortController()
    const until = { signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs), over.signal]) }
    const ended = once(this.#worker, 'exit', until).then(() => {
      throw new Error('the thread has ended')
    })
    const done = once(this.#worker, 'message', until).then(([told]: unknown[]) => told)
    this.#worker.postMessage(work)
    try {
      return await Promise.race([done, ended])
    } finally {
      over.abort()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}
