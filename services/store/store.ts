import type { Kysely, Transaction } from 'kysely'
import { whileBusy } from './busy.ts'
import { connect } from './database.ts'
import { requireCurrentSchema } from './migrate.ts'
import type { Schema } from './schema.ts'

/**
 * The one store. It opens the database, knows what busy means, and closes; what is asked of it stands in the modules
 * beside it, one a table. It makes no schema: that is `migrate.ts`, called by bootstrap.
 */
export type Store = AsyncDisposable & {
  /** Runs queries outside a transaction; all of `work` is repeated when the database was locked. */
  read<T>(work: (database: Kysely<Schema>) => Promise<T>): Promise<T>
  /** Runs `work` in a transaction that holds the write lock; all of it is repeated when the database was locked. */
  write<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>
  /** How often something was asked again since it was opened, because the database was locked. */
  readonly retries: number
}

/** Opens the store for a service. Throws a UserError where its schema is not the one this code knows. */
export async function openStore(path: string): Promise<Store> {
  const database = connect(path)
  try {
    await whileBusy(() => requireCurrentSchema(database, path))
  } catch (error) {
    await database.destroy()
    throw error
  }
  let retries = 0
  const retried = () => void retries++
  return {
    read: work => whileBusy(() => work(database), undefined, retried),
    write: work => whileBusy(() => database.transaction().execute(work), undefined, retried),
    get retries() {
      return retries
    },
    [Symbol.asyncDispose]: () => database.destroy(),
  }
}
