import { UserError } from '../../../lib/user-error.ts'
import type { Graph } from '../graph.ts'
import type { Plan } from '../plan.ts'

/** How many tasks of each concurrency group run, and which may therefore not start. */
export class Groups {
  readonly #limits = new Map<string, number>()
  readonly #groupOf = new Map<string, string>()
  readonly #running = new Map<string, number>()

  /** Throws a UserError where two tasks of one group disagree about its limit. */
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
