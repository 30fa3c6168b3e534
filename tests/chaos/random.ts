/** Numbers in [0, 1), the same for the same seed: mulberry32 (public domain, Tommy Ettinger). */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number from `low` to `high`, both included. */
export const between = (next: () => number, low: number, high: number): number =>
  low + Math.floor(next() * (high - low + 1))

/** One of `choices`, which are not empty. */
export function pick<T>(next: () => number, choices: readonly T[]): T {
  const chosen = choices[between(next, 0, choices.length - 1)]
  if (chosen === undefined) throw new RangeError('nothing to pick from')
  return chosen
}
