import type { DatabaseSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'
import { keptStatements } from './kept-statements.ts'

/**
 * Kysely's SQLite dialect over `node:sqlite`. A transaction begins as `immediate`: it takes the write lock at once, so
 * that it never reads first and finds at its first write that another process has moved on.
 *
 * The connection waits for no lock (`timeout: 0`): node:sqlite is synchronous, and a wait would freeze the whole
 * service. `write` in store.ts repeats instead.
 */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #open: () => DatabaseSync

  constructor(open: () => DatabaseSync) {
    super({ database: () => Promise.reject(new Error('opened by createDriver')) })
    this.#open = open
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter()
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#open)
  }
}

/** Has migrations run in one transaction, so that one cut short leaves nothing and two at once follow each other. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #isInTransaction: () => boolean

  constructor(open: () => DatabaseSync) {
    let opened: DatabaseSync | undefined
    super({
      database: async () => {
        opened = open()
        return keptStatements(opened)
      },
    })
    this.#isInTransaction = () => opened?.isTransaction ?? false
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  /** A full disk, among others, has SQLite end the transaction itself; the reason would be lost in a second error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#isInTransaction()) await super.rollbackTransaction(connection)
  }
}
