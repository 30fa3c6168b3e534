import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'

/** In pages of the log, which are 4 KB: how many are checkpointed at a time, and how long it grows at the most. */
const atATime = 4_000
const longest = 12_000

/** How many commits pass between two looks at the log. */
const between = 8

export type CheckpointWork = { readonly path: string; readonly longest: number }

/**
 * Copies what was committed from the log of the database into the database, in a thread of its own: that waits for the disk, 15
 * to 25 ms each time, and whoever commits would wait with it. There is no thread before there is much to copy. Where it cannot
 * be had, the connection does it by itself, later (see `database.ts`).
 */
export class Checkpoints implements AsyncDisposable {
  readonly #path: string
  readonly #standing: () => StatementSync
  #commits = 0
  #worker: Worker | undefined
  #isBusy = false

  constructor(path: string, database: () => DatabaseSync) {
    this.#path = path
    let prepared: StatementSync | undefined
    this.#standing = () => (prepared ??= database().prepare('pragma wal_checkpoint(noop)'))
  }

  /** Something has been committed. */
  committed(): void {
    if (this.#isBusy || ++this.#commits % between !== 0) return
    if (this.#left() < atATime) return
    this.#isBusy = true
    this.#started().postMessage('checkpoint')
  }

  /** How many pages of the log are to be copied. What was committed stays so where that cannot be told now. */
  #left(): number {
    try {
      const { log, checkpointed } = standing.parse(this.#standing().get())
      return log - checkpointed
    } catch {
      return 0
    }
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
      workerData: { path: this.#path, longest } satisfies CheckpointWork,
    })
    worker.unref()
    worker.on('message', () => {
      this.#isBusy = false
    })
    // It has ended: whoever commits checkpoints by himself from here on.
    worker.on('error', () => undefined)
    this.#worker = worker
    return worker
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
  }
}

const standing = z.object({ log: z.number(), checkpointed: z.number() })
