import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** What looks at every file of a checkout. */
export type DiskWork =
  | { kind: 'scrub'; checkout: string; index: string; fresh: string }
  /** Tells how many bytes it takes. */
  | { kind: 'measure'; checkout: string }

/** How long one work may take: a million files, and then some. */
const limitMs = 600_000

/** A thread for work with calls that wait for the disk, which are by far the fastest. */
export class DiskThread implements AsyncDisposable {
  readonly #worker = new Worker(new URL('./disk-worker.ts', import.meta.url))
    // Of work that nobody waits for any more.
    .on('error', () => undefined)

  /** One at a time. Rejects with what the work threw; then, and when it is aborted, the thread does no more. */
  async perform(work: DiskWork, signal: AbortSignal): Promise<number> {
    const over = new AbortController()
    const until = { signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs), over.signal]) }
    const ended = once(this.#worker, 'exit', until).then(() => {
      throw new Error('the thread has ended')
    })
    const done = once(this.#worker, 'message', until).then(([bytes]: number[]) => bytes ?? 0)
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
