import type { Kysely } from 'kysely'
import type { CompiledStoreQuery } from './compiled-query.ts'
import type { Schema } from './schema.ts'
import type { StoreVersion } from './store-version.ts'

type Read = <T>(work: (database: Kysely<Schema>) => Promise<T>) => Promise<T>

/** So many answers are kept at the most. */
const most = 2_000

/** What queries were answered with, for as long as nothing is written. Who asks for the same meanwhile shares the answer. */
export class Recall {
  readonly #read: Read
  readonly #version: StoreVersion
  #known: number | undefined
  #size = 0
  readonly #answers = new Map<unknown, Map<string, Promise<unknown>>>()

  constructor(read: Read, version: StoreVersion) {
    this.#read = read
    this.#version = version
  }

  ask<Values extends object, Row>(
    query: CompiledStoreQuery<Values, Row>,
    values: Values,
  ): Promise<readonly Row[]> {
    this.#forget()
    const key = JSON.stringify(values)
    const answers = this.#answers.get(query) ?? new Map<string, Promise<unknown>>()
    const known = answers.get(key)
    if (known !== undefined) return known as Promise<readonly Row[]> // what was put in for this very query
    const answer = this.#read(database => query(database, values))
    this.#answers.set(query, answers.set(key, answer))
    this.#size++
    answer.catch(() => answers.delete(key))
    return answer
  }

  #forget(): void {
    const { recalled } = this.#version
    if (recalled === this.#known && this.#size < most) return
    this.#known = recalled
    this.#size = 0
    this.#answers.clear()
  }
}
