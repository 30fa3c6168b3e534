import { existsSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { UserError } from '../../lib/user-error.ts'
import { whileBusy } from './busy.ts'
import { connect } from './database.ts'
import * as firstLight from './migrations/0001-first-light.ts'
import * as leases from './migrations/0002-leases.ts'
import * as debugSessions from './migrations/0003-debug-sessions.ts'
import type { Schema } from './schema.ts'

/** Every migration in order. A name never changes once it has been released. */
const migrations: Record<string, Migration> = {
  '0001-first-light': firstLight,
  '0002-leases': leases,
  '0003-debug-sessions': debugSessions,
}

/** Brings the store at `path` to the current schema, making it where there is none. Returns what was applied. */
export async function migrate(path: string): Promise<string[]> {
  const database = connect(path)
  try {
    if (existsSync(path)) await whileBusy(() => refuseNewer(database, path))
    return await whileBusy(async () => {
      const { error, results = [] } = await migratorOf(database).migrateToLatest()
      if (error !== undefined) throw error
      return results.map(result => result.migrationName)
    })
  } finally {
    await database.destroy()
  }
}

/** Throws a UserError unless the schema is exactly the one this code knows. Changes nothing. */
export async function requireCurrentSchema(database: Kysely<Schema>, path: string): Promise<void> {
  const applied = await refuseNewer(database, path)
  const missing = Object.keys(migrations).filter(name => !applied.includes(name))
  if (missing.length === 0) return
  throw new UserError(
    applied.length === 0
      ? `${path} holds no store yet`
      : `the store ${path} lacks the migrations ${missing.join(', ')}`,
    { fix: 'run: npx task bootstrap' },
  )
}

async function refuseNewer(database: Kysely<Schema>, path: string): Promise<string[]> {
  const applied = await appliedMigrations(database)
  const unknown = applied.filter(name => !(name in migrations))
  if (unknown.length === 0) return applied
  throw new UserError(
    `the store ${path} was written by a newer version: it has the migration ${unknown.join(', ')}`,
    {
      fix: 'use that version, or set storage.sqlite_path in config/bootstrap.local.toml to another file',
    },
  )
}

async function appliedMigrations(database: Kysely<Schema>): Promise<string[]> {
  const tables = await sql<{
    name: string
  }>`select name from sqlite_master where name = 'kysely_migration'`.execute(database)
  if (tables.rows.length === 0) return []
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
    database,
  )
  return applied.rows.map(row => row.name)
}

const migratorOf = (database: Kysely<Schema>) =>
  new Migrator({ db: database, provider: { getMigrations: async () => migrations } })
