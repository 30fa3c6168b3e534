import type { Kysely, Transaction } from 'kysely'
import { pendingEntry } from './audit-entry.ts'
import { whileBusy } from './busy.ts'
import type { CompiledStoreQuery } from './compiled-query.ts'
import { connect } from './database.ts'
import { readDirectly } from './direct.ts'
import { GroupCommit } from './group-commit.ts'
import { pendingKey } from './idempotency-key.ts'
import { requireCurrentSchema } from './migrate.ts'
import { Recall } from './recall.ts'
import type { Schema } from './schema.ts'
import { StoreVersion } from './store-version.ts'

/**
 * The one store. It opens the database, knows what busy means, and closes; what is asked of it stands in the modules
 * beside it, one a table. It makes no schema: that is `migrate.ts`, called by bootstrap.
 */
export type Store = AsyncDisposable & {
  /** Runs queries outside a transaction; all of `work` is repeated when the database was locked. */
  read<T>(work: (database: Kysely<Schema>) => Promise<T>): Promise<T>
  /**
   * Runs `work` in a transaction that holds the write lock; all of it is repeated when the database was locked. Who asked
   * for it is written down with it (`audit-entry.ts`), and the key of a request that is to be done once
   * (`idempotency-key.ts`).
   */
  write<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>
  /** As `read`, shared with whoever asks for the same while nothing is written by anybody; not to be changed. */
  recall<Values extends object, Row>(
    query: CompiledStoreQuery<Values, Row>,
    values: Values,
  ): Promise<readonly Row[]>
  /** Differs from any before once something may have changed. */
  version(): number
  /** As `version`, of what is recalled alone. */
  recalled(): number
  /** How often something was asked again since it was opened, because the database was locked. */
  readonly retries: number
}

/** Opens the store for a service. Throws a UserError where its schema is not the one this code knows. */
export async function openStore(path: string): Promise<Store> {
  const { database, dataVersion, direct, checkpoints } = connect(path)
  try {
    await whileBusy(() => requireCurrentSchema(database, path))
  } catch (error) {
    await database.destroy()
    throw error
  }
  readDirectly(database, direct)
  let retries = 0
  const retried = () => void retries++
  // One for all that is written: who waits for the lock by himself would see another one of this process take it again.
  const version = new StoreVersion(dataVersion)
  let recallable = 0
  const committed = () => {
    const before = recallable
    recallable = direct.recallableChanges()
    version.changed({ recalled: recallable !== before })
    checkpoints.committed()
  }
  const commits = new GroupCommit({ database, direct }, { retried, committed })
  const read: Store['read'] = work => whileBusy(() => work(database), undefined, { retried })
  const recall = new Recall(read, version)
  return {
    read,
    recall: (query, values) => recall.ask(query, values),
    version: () => version.present,
    recalled: () => version.recalled,
    async write(work) {
      const entry = pendingEntry()
      const audited: typeof work = transaction =>
        entry === undefined ? work(transaction) : entry.addAfter(transaction, () => work(transaction))
      const key = pendingKey()
      const once: typeof work = transaction =>
        key === undefined ? audited(transaction) : key.addAfter(transaction, () => audited(transaction))
      const result = await commits.commit(once)
      entry?.committed()
      key?.committed()
      return result
    },
    get retries() {
      return retries
    },
    async [Symbol.asyncDispose]() {
      await commits.settled()
      await checkpoints[Symbol.asyncDispose]()
      await database.destroy()
    },
  }
}
