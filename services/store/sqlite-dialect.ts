import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'

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
        return adapt(opened)
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

/** How many compiled statements are kept; there are fewer different ones, but for lists of varying length. */
const keptStatements = 200

/**
 * The shape that Kysely expects of a driver, from what node:sqlite offers. A statement is compiled once and kept: all
 * of ours are run to their end at once, so none is ever in use twice.
 */
function adapt(database: DatabaseSync) {
  const kept = new Map<string, ReturnType<typeof compile>>()
  const compile = (sql: string) => {
    const statement = database.prepare(sql)
    return {
      reader: statement.columns().length > 0,
      all: (parameters: readonly unknown[]) => statement.all(...parameters.map(toSqlite)),
      run: (parameters: readonly unknown[]) => statement.run(...parameters.map(toSqlite)),
      iterate: (parameters: readonly unknown[]) => statement.iterate(...parameters.map(toSqlite)),
    }
  }
  return {
    close: () => database.close(),
    prepare(sql: string) {
      const known = kept.get(sql)
      if (known !== undefined) return known
      const compiled = compile(sql)
      if (kept.size >= keptStatements) kept.clear()
      kept.set(sql, compiled)
      return compiled
    },
  }
}

function toSqlite(value: unknown): SQLInputValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'undefined':
      return null
    default:
      if (value === null || value instanceof Uint8Array) return value
      throw new TypeError(`a query parameter of type ${typeof value} has no SQLite form`)
  }
}
