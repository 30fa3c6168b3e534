import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { ProcessIdentity } from '../../lib/processes/identity.ts'
import { isSqliteBusy } from '../../lib/sqlite-busy.ts'
import { sqliteCode } from '../../lib/sqlite-code.ts'
import { type Standing, standingOf } from './migration-names.ts'
import { readDatabase } from './read-only.ts'
import { hashSecret } from './secret.ts'

/**
 * Looks at a store without a trace: no file is made, changed or touched, whether services use the store, nobody does,
 * or one was killed while it did. Without kysely, for these looks are what every start waits for. They answer what is
 * asked before the store is opened, and for stores that cannot be.
 */
export type StoreLook =
  | { readonly kind: 'absent' }
  /** No SQLite database, or one that is damaged or may not be read. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  /** One that cannot be looked at now, for another connection holds its lock. */
  | { readonly kind: 'locked'; readonly reason: string }
  /** A database, but no store of ours. */
  | { readonly kind: 'foreign' }
  | (Standing & { readonly kind: 'store' })

export function lookAtStore(path: string): StoreLook {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return { kind: 'absent' }
    if (stat.isDirectory()) return { kind: 'unreadable', reason: 'it is a directory' }
    return readDatabase(path, database => {
      const applied = appliedMigrations(database)
      if (applied !== undefined) return { kind: 'store', ...standingOf(applied) }
      const { count } = database.prepare('select count(*) as count from sqlite_master').get() ?? {}
      // An empty database is a store that was about to be made.
      return count === 0 ? { kind: 'store', ...standingOf([]) } : { kind: 'foreign' }
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: isSqliteBusy(error) ? 'locked' : 'unreadable', reason }
  }
}

/** When each migration was applied, in their order. Empty where there is no store, or it cannot be read. */
export function migrationTimes(path: string): Map<string, string> {
  if (lookAtStore(path).kind !== 'store') return new Map()
  return readDatabase(path, database => {
    if (appliedMigrations(database) === undefined) return new Map()
    const rows = database.prepare('select name, timestamp from kysely_migration order by name').all()
    return new Map(rows.map(({ name, timestamp }) => [String(name), String(timestamp)]))
  })
}

/** Whether a secret is one of a token that is good for something, now (an instant). */
export function isTokenValid(path: string, secret: string, now: string): boolean {
  const query =
    'select 1 from tokens where secret_sha256 = ? and revoked_at is null and (expires_at is null or expires_at > ?)'
  const enabled =
    ' and not exists (select 1 from users where users.id = tokens.user_id and disabled_at is not null)'
  return readDatabase(path, database => {
    // A store that is still to be migrated may have no users yet.
    const statement = database.prepare(hasTable(database, 'users') ? query + enabled : query)
    return statement.get(hashSecret(secret), now) !== undefined
  })
}

export type RegisteredService = { readonly service: string; readonly process: ProcessIdentity }

/** The services that registered themselves, alive or not. Empty where that cannot be read. */
export function registeredServices(path: string): RegisteredService[] {
  if (!existsSync(path)) return []
  try {
    const query = 'select service, pid, process_started from service_instances'
    const rows = readDatabase(path, database => database.prepare(query).all())
    return rows.map(({ service, pid, process_started }) => ({
      service: String(service),
      process: { pid: Number(pid), startTime: String(process_started) },
    }))
  } catch {
    return []
  }
}

/** What SQLite finds wrong in a store: empty where nothing is. `quick` leaves out whether indexes match their tables. */
export function damageIn(path: string, how: 'full' | 'quick'): string[] {
  const query = `pragma ${how === 'full' ? 'integrity_check' : 'quick_check'}(5)`
  try {
    const rows = readDatabase(path, database => database.prepare(query).all())
    return rows.map(row => String(Object.values(row)[0])).filter(line => line !== 'ok')
  } catch (error) {
    // Of some pages the check itself has need.
    if (error instanceof Error && sqliteCode(error) === sqliteCorrupt) return [error.message]
    throw error
  }
}

const sqliteCorrupt = 11

function appliedMigrations(database: DatabaseSync): string[] | undefined {
  if (!hasTable(database, 'kysely_migration')) return undefined
  const rows = database.prepare('select name from kysely_migration order by name').all()
  return rows.map(({ name }) => String(name))
}

const hasTable = (database: DatabaseSync, name: string): boolean =>
  database.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(name) !== undefined
