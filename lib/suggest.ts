import leven from 'leven'

/** Letters that tell enough of a name to be its beginning, and of how many names at the most. */
const enough = 3
const few = 5

/** The known name that begins so or is nearest to `name`, or undefined where none is near enough to be what was meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const names = [...known]
  const lower = name.toLowerCase()
  const longer = names.filter(one => one.length > name.length && one.toLowerCase().startsWith(lower))
  if (name.length >= enough && longer.length <= few && longer[0] !== undefined) return longer[0]
  let best: string | undefined
  let bestDistance = Math.max(1, Math.ceil(name.length / 3)) + 1
  for (const candidate of names) {
    const distance = leven(lower, candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** `did you mean "x"?`, or undefined. Made for the `fix` of a UserError. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const candidate = nearest(name, known)
  return candidate === undefined ? undefined : `did you mean "${candidate}"?`
}
