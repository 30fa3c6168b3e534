interface Step {
  readonly name: string
  readonly needs: readonly { readonly name: string }[]
}

/**
 * Puts steps into the order in which they should start: first what has the longest way to the end of the run behind it,
 * measured by how long tasks took before. A task of which nothing is known counts as long as the average of those of
 * which something is. The order keeps needs in front, for a need's way is its task's way and more.
 */
export function orderSteps<S extends Step>(
  steps: readonly S[],
  durations: ReadonlyMap<string, number>,
): readonly S[] {
  if (durations.size === 0) return steps
  const known = steps.flatMap(({ name }) => durations.get(name) ?? [])
  if (known.length === 0) return steps
  const average = known.reduce((sum, ms) => sum + ms, 0) / known.length
  const way = new Map<string, number>()
  for (const { name, needs } of steps.toReversed()) {
    const own = (way.get(name) ?? 0) + (durations.get(name) ?? average)
    way.set(name, own)
    for (const need of needs) way.set(need.name, Math.max(way.get(need.name) ?? 0, own))
  }
  // Sorting is stable, so steps of no length stay behind their needs too.
  return steps.toSorted((a, b) => (way.get(b.name) ?? 0) - (way.get(a.name) ?? 0))
}
