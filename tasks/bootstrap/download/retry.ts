import { setTimeout as delay } from 'node:timers/promises'
import { DownloadError, mayPass } from './fault.ts'
import type { Network } from './network.ts'

/** The pause after the given attempt, counted from 1: it doubles each time. */
export const backoff = (attempt: number, retryMs: number): number =>
  Math.min(retryMs * 2 ** (attempt - 1), 30_000)

/** Tries what may fail for a moment, up to `attempts` times in all. The last failure is thrown as it is. */
export async function withRetries<T>(
  { patience, signal }: Network,
  log: (line: string) => void,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let count = 1; ; count++)
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof DownloadError) || !mayPass(error.fault) || count >= patience.attempts)
        throw error
      const pause = backoff(count, patience.retryMs)
      log(`${error.message}; trying again in ${pause / 1000} s (${count + 1} of ${patience.attempts})`)
      await delay(pause, undefined, { signal })
    }
}
