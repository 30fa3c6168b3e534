import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/** A connection as compiled queries use it: nothing else happens on the way (see `compiled-query.ts`). */
export type Direct = {
  /** What a statement answers with. */
  readonly ask: (sql: string, parameters: readonly unknown[]) => unknown[]
  /** How many rows it has changed so far, but for those that others brought with them. */
  readonly rowChanges: () => number
  /** Those among them that what is recalled may tell of (see `recall.ts`). */
  readonly recallableChanges: () => number
  readonly isInTransaction: () => boolean
}

const known = new WeakMap<object, { readonly direct: Direct; readonly isTransaction: boolean }>()

/** Has the compiled queries of a database go straight to its connection, as long as no transaction is open there. */
export const readDirectly = (database: Kysely<Schema>, direct: Direct): void =>
  void known.set(database, { direct, isTransaction: false })

/** The same of a transaction, until this is disposed of. */
export function writeDirectly(transaction: Kysely<Schema>, direct: Direct): Disposable {
  known.set(transaction, { direct, isTransaction: true })
  return { [Symbol.dispose]: () => void known.delete(transaction) }
}

/** Undefined where a query has to wait for its turn. */
export function directly(database: Kysely<Schema>): Direct | undefined {
  const found = known.get(database)
  if (found === undefined) return undefined
  return found.isTransaction || !found.direct.isInTransaction() ? found.direct : undefined
}
