/** The names of all migrations, in order. One never changes once it has been released. */
export const migrationNames = [
  '0001-first-light',
  '0002-leases',
  '0003-debug-sessions',
  '0004-commands-in-full',
  '0005-session-life',
  '0006-session-secrets',
  '0007-artifacts',
  '0008-repository-fetches',
  '0009-isolation',
  '0010-changes',
  '0011-command-queue',
  '0012-worktrees',
  '0013-environments',
  '0014-command-logs',
  '0015-traces',
  '0016-three-way',
  '0017-audit',
  '0018-command-terminals',
  '0020-submodules',
  '0021-users',
  '0022-worktree-boots',
  '0023-sign-ins',
  '0024-idempotency-keys',
  '0025-tickets',
  '0026-session-labels',
  '0027-debuggees',
  '0029-own-tokens',
  '0030-debug-shares',
  '0032-breakpoint-kinds',
  '0034-cheaper-commands',
  '0036-plain-positions',
  '0038-debugged-children',
  '0039-changes-by-position',
  '0040-session-apps',
  '0042-tokens-mcp-servers',
] as const

export type MigrationName = (typeof migrationNames)[number]

/** How the migrations that a store has stand to those that this code knows. */
export type Standing = {
  readonly applied: readonly string[]
  /** Known here, and not applied yet. */
  readonly pending: readonly MigrationName[]
  /** Applied, and not known here: the store was written by a newer version. */
  readonly unknown: readonly string[]
}

export function standingOf(applied: readonly string[]): Standing {
  const known: readonly string[] = migrationNames
  return {
    applied,
    pending: migrationNames.filter(name => !applied.includes(name)),
    unknown: applied.filter(name => !known.includes(name)),
  }
}

/** A migration by its name, or by a beginning of it that fits no other: `0002`. */
export function findMigration(text: string): MigrationName | undefined {
  const fitting = migrationNames.filter(name => text !== '' && name.startsWith(text))
  return migrationNames.find(name => name === text) ?? (fitting.length === 1 ? fitting[0] : undefined)
}
