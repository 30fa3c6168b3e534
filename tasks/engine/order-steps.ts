import type { Plan, PlanStep } from './plan.ts'

/** How long tasks took before, in milliseconds, as far as that is known. */
type DurationsOf = (names: readonly string[]) => ReadonlyMap<string, number>

/** A plan in the order in which its steps should start. Those that are settled, and so are not waited for, come first. */
export function orderPlan(plan: Plan, durationsOf: DurationsOf, settled: ReadonlySet<string>): Plan {
  const open = plan.steps.filter(({ name }) => !settled.has(name))
  if (open.length === 0) return plan
  const ordered = open.length === 1 ? open : orderSteps(open, durationsOf(open.map(({ name }) => name)))
  return { ...plan, steps: [...plan.steps.filter(({ name }) => settled.has(name)), ...ordered] }
}

/**
 * Puts steps into the order in which they should start: first what has the longest way to the end of the run behind it,
 * measured by how long tasks took before. A task of which nothing is known counts as long as the average of those of
 * which something is. The order keeps needs in front, for a need's way is its task's way and more.
 */
function orderSteps(steps: readonly PlanStep[], durations: ReadonlyMap<string, number>): readonly PlanStep[] {
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
