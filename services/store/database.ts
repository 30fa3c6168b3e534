import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { makeDirectory } from '../../lib/make-directory.ts'
import { Checkpoints } from './checkpoints.ts'
import type { Direct } from './direct.ts'
import { keptStatements } from './kept-statements.ts'
import type { Schema } from './schema.ts'
import { NodeSqliteDialect } from './sqlite-dialect.ts'

export type Connection = {
  readonly database: Kysely<Schema>
  /** SQLite's number that changes with each commit of another connection. Throws while nothing has been asked yet. */
  readonly dataVersion: () => number
  readonly direct: Direct
  readonly checkpoints: Checkpoints
}

/** A connection without any check of the schema; for store.ts and migrate.ts. */
export function connect(path: string): Connection {
  let opened: DatabaseSync | undefined
  const open = () => {
    opened = openDatabase(path)
    return opened
  }
  const inUse = (): DatabaseSync => {
    if (opened === undefined) throw new Error('the database has not been opened')
    return opened
  }
  let asked: StatementSync | undefined
  return {
    database: new Kysely<Schema>({ dialect: new NodeSqliteDialect(open) }),
    dataVersion() {
      asked ??= inUse().prepare('pragma data_version')
      const version = asked.get()?.data_version
      if (typeof version !== 'number') throw new Error('the database tells no version')
      return version
    },
    direct: {
      ask(sql, parameters) {
        const statement = keptStatements(inUse()).prepare(sql)
        if (statement.reader) return statement.all(parameters)
        statement.run(parameters)
        return []
      },
      recallableChanges: () => keptStatements(inUse()).recallable(),
      rowChanges: () => keptStatements(inUse()).changed(),
      isInTransaction: () => opened?.isTransaction ?? true,
    },
    checkpoints: new Checkpoints(path, inUse),
  }
}

function openDatabase(path: string): DatabaseSync {
  makeDirectory(dirname(path))
  // SQLite would make it readable by everybody; what it makes beside it gets the same mode.
  if (path !== ':memory:' && !existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true })
  try {
    // WAL: readers never wait for the writer. NORMAL: a crash of the process loses nothing, of the machine at most
    // the last transactions, and never the database. See https://sqlite.org/wal.html
    database.exec('pragma journal_mode = wal; pragma synchronous = normal;')
    // Only where `checkpoints.ts` could not: the log would grow without end.
    database.exec('pragma wal_autocheckpoint = 16000')
    // What a statement would have to take back where it fails half-way: a file of its own in every transaction otherwise.
    database.exec('pragma temp_store = memory')
  } catch (error) {
    database.close()
    throw error
  }
  return database
}
