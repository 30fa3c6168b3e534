import leven from 'leven'

/** Letters that tell enough of a name to be its beginning. */
const enough = 3

/** The known name that begins so or is nearest to `name`, or undefined where none is near enough to be what was meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const lower = name.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.ceil(name.length / 3)) + 1
  for (const candidate of known) {
    const longer = candidate.toLowerCase()
    if (name.length >= enough && longer.startsWith(lower) && longer !== lower) return candidate
    const distance = leven(lower, longer)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** `did you mean "x"?`, or undefined. Made for the `fix` of a UserError. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const candidate = nearest(name, known)
  return candidate === undefined ? undefined : `did you mean "${candidate}"?`
}
