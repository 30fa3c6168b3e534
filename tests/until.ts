import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds between two looks at the most. A look takes processor from what it waits for, all the more on a busy machine. */
const longestPause = 10

/** Waits for a fact, with a deadline: `what` is what the failure will name. Looks less often the longer it takes. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = 60_000,
): Promise<NonNullable<T>> {
  const limit = performance.now() + limitMs
  for (let looks = 1; ; looks++) {
    const fact = await look()
    if (fact) return fact
    if (performance.now() > limit) throw new Error(`waited ${limitMs} ms in vain for: ${what}`)
    await delay(Math.min(looks, longestPause))
  }
}
