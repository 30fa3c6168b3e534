/**
 * What is left of lists that did not fit into one result, by cursor. Bounded: the oldest is forgotten. A rest stays when
 * it has been read, so that a call may be repeated. Lists that the server pages itself have no rest here.
 */
export class Rests {
  readonly #most: number
  readonly #rests = new Map<string, { readonly tool: string; readonly items: readonly unknown[] }>()
  #count = 0

  constructor(most = 32) {
    this.#most = most
  }

  keep(tool: string, items: readonly unknown[]): string {
    this.#count += 1
    const cursor = `rest-${this.#count}`
    this.#rests.set(cursor, { tool, items })
    for (const oldest of this.#rests.keys()) {
      if (this.#rests.size <= this.#most) break
      this.#rests.delete(oldest)
    }
    return cursor
  }

  /** Undefined where there is none of this tool: it was forgotten, or never was. */
  find(tool: string, cursor: string): readonly unknown[] | undefined {
    const rest = this.#rests.get(cursor)
    return rest?.tool === tool ? rest.items : undefined
  }
}
