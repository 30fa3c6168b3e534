import type { Plan } from './plan.ts'

/**
 * Which step may start: those whose needs are done, the smallest rank first. The rank is the place in the plan, which
 * keeps the order of a run with one job equal to the plan's.
 */
export class ReadyQueue {
  readonly #waitsFor: number[] = []
  readonly #dependents = new Map<string, number[]>()
  readonly #names: readonly string[]
  readonly #heap: number[] = []

  /** `done`: what is among the needs of steps, and is no step itself. */
  constructor(steps: Plan['steps'], done: ReadonlySet<string> = new Set()) {
    this.#names = steps.map(step => step.name)
    for (const [rank, { needs }] of steps.entries()) {
      const names = new Set<string>()
      for (const { name } of needs) if (!done.has(name)) names.add(name)
      this.#waitsFor.push(names.size)
      for (const name of names) {
        const others = this.#dependents.get(name)
        if (others === undefined) this.#dependents.set(name, [rank])
        else others.push(rank)
      }
      if (names.size === 0) this.#push(rank)
    }
  }

  /** Whether no step waits for nothing but its start. */
  get isEmpty(): boolean {
    return this.#heap.length === 0
  }

  /** Takes the next step that may start, or undefined where none may now. */
  take(): string | undefined {
    const rank = this.#pop()
    return rank === undefined ? undefined : this.#names[rank]
  }

  /** A step has succeeded: those that waited only for it may start. */
  done(name: string): void {
    for (const rank of this.#dependents.get(name) ?? []) {
      const left = (this.#waitsFor[rank] ?? 0) - 1
      this.#waitsFor[rank] = left
      if (left === 0) this.#push(rank)
    }
  }

  #push(rank: number): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(rank)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent] ?? 0
      if (above <= rank) break
      heap[at] = above
      at = parent
    }
    heap[at] = rank
  }

  #pop(): number | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      const leftRank = heap[left] ?? Number.POSITIVE_INFINITY
      const rightRank = heap[right] ?? Number.POSITIVE_INFINITY
      const [child, rank] = rightRank < leftRank ? [right, rightRank] : [left, leftRank]
      if (rank >= last) break
      heap[at] = rank
      at = child
    }
    heap[at] = last
    return first
  }
}
