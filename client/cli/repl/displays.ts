import type { NumberFormat } from './number-format.ts'

export type Display = {
  readonly id: number
  readonly expression: string
  readonly format: NumberFormat | null
}

/** Expressions that are told at each stop. */
export class Displays {
  #all: readonly Display[] = []
  #last = 0

  get all(): readonly Display[] {
    return this.#all
  }

  add(expression: string, format: NumberFormat | null): Display {
    const display = { id: ++this.#last, expression, format }
    this.#all = [...this.#all, display]
    return display
  }

  /** Takes those away, or all; tells the first that there is not, and changes nothing then. */
  remove(ids: readonly number[]): number | undefined {
    const unknown = ids.find(id => !this.#all.some(one => one.id === id))
    if (unknown !== undefined) return unknown
    this.#all = ids.length === 0 ? [] : this.#all.filter(({ id }) => !ids.includes(id))
    return undefined
  }
}
