import { setTimeout as delay } from 'node:timers/promises'

/** A timer of Node cannot wait longer. */
const longestMs = 2 ** 31 - 1

/** What becomes of a work; once so many milliseconds have passed it is given up, with an error that names it. It goes on, and nobody waits for it. */
export async function inTime<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  const control = new AbortController()
  const late = delay(Math.min(ms, longestMs), undefined, { signal: control.signal }).then(() => {
    throw new Error(`${what} took longer than ${ms / 1_000} s`)
  })
  late.catch(() => {})
  work.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    control.abort()
  }
}
