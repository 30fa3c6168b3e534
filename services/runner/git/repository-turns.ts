import type { RepositoryId } from '../../contract/ids.ts'

/** Does work on the mirrors of a repository while no other runner does. Within one runner it is no lock. */
export type Exclusively = <T>(id: RepositoryId, work: () => Promise<T>) => Promise<T>

type Turns = {
  /** The last work into each directory. */
  readonly into: Map<string, Promise<unknown>>
  /** The last work that nothing runs beside. */
  alone: Promise<unknown> | undefined
}

/**
 * Who works on the mirrors of a repository within one runner: into one directory one after the other, into several side by
 * side, for a remote that is slow must not hold up the fetches from others.
 */
export class RepositoryTurns {
  readonly #exclusively: Exclusively
  readonly #repositories = new Map<RepositoryId, Turns>()

  constructor(exclusively: Exclusively) {
    this.#exclusively = exclusively
  }

  /** Works into a directory when nobody else does. */
  async into<T>(id: RepositoryId, directory: string, work: () => Promise<T>): Promise<T> {
    const turns = this.#turnsOf(id)
    const turn = this.#after([turns.alone, turns.into.get(directory)], id, work)
    turns.into.set(directory, turn)
    try {
      return await turn
    } finally {
      if (turns.into.get(directory) === turn) turns.into.delete(directory)
      this.#forget(id)
    }
  }

  /** Works when nobody does into any directory. */
  async alone<T>(id: RepositoryId, work: () => Promise<T>): Promise<T> {
    const turns = this.#turnsOf(id)
    const turn = this.#after([turns.alone, ...turns.into.values()], id, work)
    turns.alone = turn
    try {
      return await turn
    } finally {
      if (turns.alone === turn) turns.alone = undefined
      this.#forget(id)
    }
  }

  /** When nobody works any more. */
  async settled(): Promise<void> {
    const all = [...this.#repositories.values()].flatMap(({ into, alone }) => [alone, ...into.values()])
    await Promise.allSettled(all)
  }

  #after<T>(
    before: readonly (Promise<unknown> | undefined)[],
    id: RepositoryId,
    work: () => Promise<T>,
  ): Promise<T> {
    return Promise.allSettled(before).then(() => this.#exclusively(id, work))
  }

  #turnsOf(id: RepositoryId): Turns {
    const known = this.#repositories.get(id) ?? { into: new Map(), alone: undefined }
    this.#repositories.set(id, known)
    return known
  }

  #forget(id: RepositoryId): void {
    const turns = this.#repositories.get(id)
    if (turns?.alone === undefined && turns?.into.size === 0) this.#repositories.delete(id)
  }
}
