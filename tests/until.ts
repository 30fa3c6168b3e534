import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds between two looks at the most. A look takes processor from what it waits for, all the more on a busy machine. */
const longestPause = 10

const given = new AsyncLocalStorage<AbortSignal>()

/** Whatever is waited for in this work is given up when the signal says so. */
export const abandoning = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  given.run(signal, work)

/** Waits for a fact, with a deadline: `what` is what the failure will name. Looks less often the longer it takes. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = 60_000,
): Promise<NonNullable<T>> {
  const limit = performance.now() + limitMs
  const abandoned = given.getStore()
  for (let looks = 1; ; looks++) {
    abandoned?.throwIfAborted()
    const fact = await look()
    if (fact) return fact
    if (performance.now() > limit) throw new Error(`waited ${limitMs} ms in vain for: ${what}`)
    await delay(Math.min(looks, longestPause))
  }
}
