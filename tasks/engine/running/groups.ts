import { UserError } from '../../../lib/user-error.ts'
import type { Graph } from '../graph.ts'
import type { Plan, PlanStep } from '../plan.ts'

/** How many tasks of each concurrency group run, and which wait for that. */
export class Groups {
  readonly #limits = new Map<string, number>()
  readonly #groupOf = new Map<string, string>()
  readonly #running = new Map<string, number>()
  /** By group, those that are ready and wait for a place in it, in the order in which they came. */
  readonly #waiting = new Map<string, string[]>()
  /** Groups in which a place has become free since it was looked who waits for one. */
  readonly #freed = new Set<string>()

  /** Throws a UserError where two tasks of one group disagree about its limit, or could never run beside each other. */
  constructor(graph: Graph, plan: Plan) {
    const first = new Map<string, string>()
    for (const { name } of plan.steps) {
      const declared = graph.get(name)?.task.options.concurrency
      if (declared === undefined) continue
      const { group, limit } = typeof declared === 'string' ? { group: declared, limit: 1 } : declared
      if (!Number.isInteger(limit) || limit < 1)
        throw new UserError(`the concurrency group "${group}" of "${name}" has no usable limit: ${limit}`)
      const known = this.#limits.get(group)
      if (known !== undefined && known !== limit)
        throw new UserError(
          `"${first.get(group)}" lets ${known} of the concurrency group "${group}" run at once, "${name}" ${limit}`,
          { fix: 'give the group one limit' },
        )
      this.#limits.set(group, limit)
      this.#groupOf.set(name, group)
      first.set(group, first.get(group) ?? name)
    }
    if (this.#limits.size > 0) for (const step of plan.steps) this.#refuseDeadlock(graph, step)
  }

  /** A service keeps its place in its group until what needs it is done. */
  #refuseDeadlock(graph: Graph, { name, needs }: PlanStep): void {
    const services = needs
      .map(need => need.name)
      .filter(need => graph.get(need)?.task.options.ready !== undefined)
    for (const [group, [one = '', ...others]] of Map.groupBy(services, need => this.#groupOf.get(need))) {
      if (group === undefined) continue
      const places = 1 + others.length + (this.#groupOf.get(name) === group ? 1 : 0)
      if (places > (this.#limits.get(group) ?? 1))
        throw new UserError(
          `"${name}" needs the service "${one}", which holds the concurrency group "${group}" until "${name}" is done`,
          { fix: 'give the group a higher limit, or take one of them out of it' },
        )
    }
  }

  /** Whether no task that is ready waits for a place. */
  get isEmpty(): boolean {
    return this.#waiting.values().every(names => names.length === 0)
  }

  /** The next task that may start: one that has waited for a place, or one of those that become ready. */
  take(nextReady: () => string | undefined): string | undefined {
    for (const group of this.#freed) {
      const name = this.#hasPlace(group) ? this.#waiting.get(group)?.shift() : undefined
      // One that is up to date takes no place, so the next one is let in as well.
      if (name !== undefined) return name
      this.#freed.delete(group)
    }
    for (let name = nextReady(); name !== undefined; name = nextReady()) {
      const group = this.#groupOf.get(name)
      if (group === undefined || this.#hasPlace(group)) return name
      const waiting = this.#waiting.get(group)
      if (waiting === undefined) this.#waiting.set(group, [name])
      else waiting.push(name)
    }
    return undefined
  }

  started(name: string): void {
    this.#count(name, 1)
  }

  ended(name: string): void {
    const group = this.#count(name, -1)
    if (group !== undefined) this.#freed.add(group)
  }

  #hasPlace(group: string): boolean {
    return (this.#running.get(group) ?? 0) < (this.#limits.get(group) ?? 1)
  }

  #count(name: string, by: number): string | undefined {
    const group = this.#groupOf.get(name)
    if (group !== undefined) this.#running.set(group, (this.#running.get(group) ?? 0) + by)
    return group
  }
}
