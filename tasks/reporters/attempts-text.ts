const shown = 10

/**
 * Why the attempts before the last failed, from the reasons of each; those in a row that failed alike share a line:
 * `attempts 1 to 4: make exited with code 2`.
 */
export function attemptLines(reasons: readonly string[]): string[] {
  const groups: { readonly first: number; last: number; readonly reason: string }[] = []
  for (const [i, reason] of reasons.entries()) {
    const group = groups.at(-1)
    if (group?.reason === reason) group.last = i + 1
    else groups.push({ first: i + 1, last: i + 1, reason })
  }
  const left = groups.length - shown
  const lines = groups.slice(0, shown).map(({ first, last, reason }) => {
    const which = first === last ? `attempt ${first}` : `attempts ${first} to ${last}`
    return `${which}: ${reason}`
  })
  return left > 0 ? [...lines, `… ${left} more`] : lines
}
