import { existsSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator, NO_MIGRATIONS } from 'kysely/migration'
import { UserError } from '../../lib/user-error.ts'
import { whileBusy } from './busy.ts'
import { connect } from './database.ts'
import { failedMigration } from './failed-migration.ts'
import { type MigrationName, standingOf } from './migration-names.ts'
import * as firstLight from './migrations/0001-first-light.ts'
import * as leases from './migrations/0002-leases.ts'
import * as debugSessions from './migrations/0003-debug-sessions.ts'
import * as commandsInFull from './migrations/0004-commands-in-full.ts'
import * as sessionLife from './migrations/0005-session-life.ts'
import * as sessionSecrets from './migrations/0006-session-secrets.ts'
import * as artifacts from './migrations/0007-artifacts.ts'
import * as repositoryFetches from './migrations/0008-repository-fetches.ts'
import * as isolation from './migrations/0009-isolation.ts'
import * as changes from './migrations/0010-changes.ts'
import * as commandQueue from './migrations/0011-command-queue.ts'
import * as worktrees from './migrations/0012-worktrees.ts'
import * as environments from './migrations/0013-environments.ts'
import * as commandLogs from './migrations/0014-command-logs.ts'
import * as traces from './migrations/0015-traces.ts'
import * as threeWay from './migrations/0016-three-way.ts'
import * as audit from './migrations/0017-audit.ts'
import * as commandTerminals from './migrations/0018-command-terminals.ts'
import * as submodules from './migrations/0020-submodules.ts'
import * as users from './migrations/0021-users.ts'
import * as worktreeBoots from './migrations/0022-worktree-boots.ts'
import * as signIns from './migrations/0023-sign-ins.ts'
import * as idempotencyKeys from './migrations/0024-idempotency-keys.ts'
import * as tickets from './migrations/0025-tickets.ts'
import * as sessionLabels from './migrations/0026-session-labels.ts'
import * as debuggees from './migrations/0027-debuggees.ts'
import * as ownTokens from './migrations/0029-own-tokens.ts'
import * as debugShares from './migrations/0030-debug-shares.ts'
import * as breakpointKinds from './migrations/0032-breakpoint-kinds.ts'
import * as cheaperCommands from './migrations/0034-cheaper-commands.ts'
import * as plainPositions from './migrations/0036-plain-positions.ts'
import * as debuggedChildren from './migrations/0038-debugged-children.ts'
import * as changesByPosition from './migrations/0039-changes-by-position.ts'
import * as sessionApps from './migrations/0040-session-apps.ts'
import * as tokensMcpServers from './migrations/0042-tokens-mcp-servers.ts'
import type { Schema } from './schema.ts'

/** Every migration, by its name. */
const migrations: Record<MigrationName, Migration> = {
  '0001-first-light': firstLight,
  '0002-leases': leases,
  '0003-debug-sessions': debugSessions,
  '0004-commands-in-full': commandsInFull,
  '0005-session-life': sessionLife,
  '0006-session-secrets': sessionSecrets,
  '0007-artifacts': artifacts,
  '0008-repository-fetches': repositoryFetches,
  '0009-isolation': isolation,
  '0010-changes': changes,
  '0011-command-queue': commandQueue,
  '0012-worktrees': worktrees,
  '0013-environments': environments,
  '0014-command-logs': commandLogs,
  '0015-traces': traces,
  '0016-three-way': threeWay,
  '0017-audit': audit,
  '0018-command-terminals': commandTerminals,
  '0020-submodules': submodules,
  '0021-users': users,
  '0022-worktree-boots': worktreeBoots,
  '0023-sign-ins': signIns,
  '0024-idempotency-keys': idempotencyKeys,
  '0025-tickets': tickets,
  '0026-session-labels': sessionLabels,
  '0027-debuggees': debuggees,
  '0029-own-tokens': ownTokens,
  '0030-debug-shares': debugShares,
  '0032-breakpoint-kinds': breakpointKinds,
  '0034-cheaper-commands': cheaperCommands,
  '0036-plain-positions': plainPositions,
  '0038-debugged-children': debuggedChildren,
  '0039-changes-by-position': changesByPosition,
  '0040-session-apps': sessionApps,
  '0042-tokens-mcp-servers': tokensMcpServers,
}

export type MigrateOptions = {
  /** The last migration that the store is to have; null for none, so that it is empty. Default: the newest. */
  to?: MigrationName | null
  /** How long another process may hold the store locked, in milliseconds. */
  busyMs?: number
}

/**
 * Brings the store at `path` to a schema, forward or back, making it where there is none: all steps in one transaction,
 * so that one cut short has changed nothing. Returns the names of the migrations that were applied or taken back. Throws a
 * UserError where a newer version has written the store, and where a migration fails by what it does itself.
 */
export async function migrate(path: string, { to, busyMs }: MigrateOptions = {}): Promise<string[]> {
  const { database } = connect(path)
  try {
    if (existsSync(path)) await whileBusy(() => refuseNewer(database, path), busyMs)
    return await whileBusy(() => migrateTo(database, to), busyMs)
  } finally {
    await database.destroy()
  }
}

/** As `migrate`, over a connection. */
export async function migrateTo(database: Kysely<Schema>, to?: MigrationName | null): Promise<string[]> {
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } })
  const { error, results = [] } =
    to === undefined
      ? await migrator.migrateToLatest()
      : await migrator.migrateTo(to === null ? NO_MIGRATIONS : to)
  if (error !== undefined)
    throw failedMigration(results.find(({ status }) => status === 'Error')?.migrationName, error)
  return results.map(({ migrationName }) => migrationName)
}

/** Throws a UserError unless the schema is exactly the one this code knows. Changes nothing. */
export async function requireCurrentSchema(database: Kysely<Schema>, path: string): Promise<void> {
  const { applied, pending } = await refuseNewer(database, path)
  if (pending.length === 0) return
  throw new UserError(
    applied.length === 0
      ? `${path} holds no store yet`
      : `the store ${path} lacks the migrations ${pending.join(', ')}`,
    { fix: 'run: npx task bootstrap' },
  )
}

/** What to say of a store with migrations that this code does not know. */
export const newerStore = (path: string, unknown: readonly string[]): UserError =>
  new UserError(
    `the store ${path} was written by a newer version: it has the migration ${unknown.join(', ')}`,
    {
      fix: 'use that version, or set storage.sqlite_path in config/bootstrap.local.toml to another file',
    },
  )

async function refuseNewer(database: Kysely<Schema>, path: string) {
  const standing = standingOf(await appliedMigrations(database))
  if (standing.unknown.length > 0) throw newerStore(path, standing.unknown)
  return standing
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
