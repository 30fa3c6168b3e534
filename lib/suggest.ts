import leven from 'leven'

/** The known name nearest to `name`, or undefined where none is near enough to be what was meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.ceil(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = leven(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** `did you mean "x"?`, or undefined. Made for the `fix` of a UserError. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const candidate = nearest(name, known)
  return candidate === undefined ? undefined : `did you mean "${candidate}"?`
}
