import { setTimeout as delay } from 'node:timers/promises'
import { isSqliteBusy } from '../../lib/sqlite-busy.ts'

/** The database stayed locked by another process for the whole deadline. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError'
}

/** How long a locked database is tried again, in milliseconds. */
const busyDeadline = 10_000

/** In milliseconds. Beside one that writes without end the lock is free for moments alone: who asks seldom goes without. */
const longestPause = 5

/**
 * Repeats `work` while another process holds the lock, with growing pauses, up to the deadline, which is counted from `since`.
 * `retried` is called before each repetition.
 */
export async function whileBusy<T>(
  work: () => Promise<T>,
  deadline = busyDeadline,
  { since = performance.now(), retried }: { since?: number; retried?: () => void } = {},
): Promise<T> {
  for (let pause = 1; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      return await work()
    } catch (error) {
      if (!isSqliteBusy(error)) throw error
      if (performance.now() > since + deadline)
        throw new StoreBusyError(`the store was locked for ${deadline} ms`, { cause: error })
    }
    await delay(pause * (0.5 + Math.random()))
    retried?.()
  }
}
