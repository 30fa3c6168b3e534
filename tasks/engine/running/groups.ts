import { UserError } from '../../../lib/user-error.ts'
import type { Graph } from '../graph.ts'
import type { Plan, PlanStep } from '../plan.ts'

/** How many tasks of each concurrency group run, and which may therefore not start. */
export class Groups {
  readonly #limits = new Map<string, number>()
  readonly #groupOf = new Map<string, string>()
  readonly #running = new Map<string, number>()

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

  mayStart(name: string): boolean {
    const group = this.#groupOf.get(name)
    return group === undefined || (this.#running.get(group) ?? 0) < (this.#limits.get(group) ?? 1)
  }

  started(name: string): void {
    this.#count(name, 1)
  }

  ended(name: string): void {
    this.#count(name, -1)
  }

  #count(name: string, by: number): void {
    const group = this.#groupOf.get(name)
    if (group !== undefined) this.#running.set(group, (this.#running.get(group) ?? 0) + by)
  }
}
