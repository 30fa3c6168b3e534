/** The time, as a dependency: everything that stamps or compares instants is handed one of these. */
export type Clock = {
  /** Milliseconds since 1970, UTC. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** Time that only grows, whatever becomes of the clock on the wall: what spans are measured with. */
export type Stopwatch = {
  /** Milliseconds since some moment. */
  elapsed(): number
}

export const systemStopwatch: Stopwatch = { elapsed: () => performance.now() }

/** An instant as the store and the contract write it: ISO 8601, UTC, milliseconds. */
export function toInstant(milliseconds: number): string {
  if (milliseconds !== last.milliseconds) last = { milliseconds, text: new Date(milliseconds).toISOString() }
  return last.text
}

/** Very much may happen within one millisecond. */
let last = { milliseconds: 0, text: new Date(0).toISOString() }
