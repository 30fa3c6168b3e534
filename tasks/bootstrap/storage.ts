import { chmodSync, statSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import type { Workspace } from '../../config/workspace.ts'
import { systemClock } from '../../lib/clock.ts'
import { makeDirectory } from '../../lib/make-directory.ts'
import { UserError } from '../../lib/user-error.ts'
import { lookAtStore } from '../../services/store/look.ts'
import { isStoreBusy, lockedStore } from './locked-store.ts'
import { isOpenToOthers, requireFreeSpace, requireUsablePlace } from './storage-place.ts'
import { proveReadWrite, proveWritable, removeAbandonedProofs, storeDamage } from './store-proof.ts'
import { unusableStore } from './unusable-store.ts'

export type PreparedStorage = {
  /** The migrations that were applied; empty where the store was up to date. */
  migrated: string[]
  freeMegabytes: number
  warnings: string[]
}

export type StorageOptions = {
  /** Default: none. */
  minimumFreeMegabytes?: number
  /** How long another process may hold the store locked, in milliseconds. */
  busyMs?: number
}

/** Makes the directories, proves that SQLite works in them, and brings the store to the current schema. */
export async function prepareStorage(
  workspace: Workspace,
  { minimumFreeMegabytes = 0, busyMs = 10_000 }: StorageOptions = {},
): Promise<PreparedStorage> {
  const { artifacts, dataDirectory, storeFile } = workspace
  for (const directory of [dataDirectory, dirname(storeFile)]) requireUsablePlace(directory)
  if (statSync(storeFile, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`the store cannot be kept at ${storeFile}, which is a directory`, {
      fix: 'set storage.sqlite_path in config/bootstrap.local.toml to a file in it',
    })
  const freeMegabytes = Math.min(
    ...[dataDirectory, dirname(storeFile)].map(place => requireFreeSpace(place, minimumFreeMegabytes)),
  )
  for (const directory of [artifacts, dataDirectory, dirname(storeFile)])
    attempt(directory, () => makeDirectory(directory))
  const warnings = [...new Set([dataDirectory, dirname(storeFile)])].flatMap(directory =>
    closeToOthers(directory, artifacts),
  )
  attempt(storeFile, () => {
    removeAbandonedProofs(storeFile, systemClock.now())
    proveReadWrite(storeFile)
  })
  const migrated = await bringUpToDate(storeFile, busyMs)
  requireUndamaged(storeFile)
  return { migrated, freeMegabytes, warnings }
}

/** Without kysely where there is nothing to do, which is what most starts find. */
async function bringUpToDate(storeFile: string, busyMs: number): Promise<string[]> {
  const look = lookAtStore(storeFile)
  if (look.kind === 'unreadable') throw damaged(storeFile, [look.reason])
  if (look.kind === 'foreign')
    throw new UserError(`${storeFile} is a database, but no store of ours`, {
      fix: 'set storage.sqlite_path in config/bootstrap.local.toml to another file',
    })
  if (look.kind === 'store' && look.unknown.length > 0) return migrateStore(storeFile, busyMs)
  if (look.kind === 'store')
    try {
      await proveWritable(storeFile, busyMs)
    } catch (error) {
      throw isStoreBusy(error) ? lockedStore(storeFile, error) : unusableStore(storeFile, error)
    }
  const isCurrent = look.kind === 'store' && look.pending.length === 0
  return isCurrent ? [] : migrateStore(storeFile, busyMs)
}

async function migrateStore(storeFile: string, busyMs: number): Promise<string[]> {
  const { migrate } = await import('../../services/store/migrate.ts')
  try {
    return await migrate(storeFile, { busyMs })
  } catch (error) {
    if (error instanceof UserError) throw error
    throw isStoreBusy(error) ? lockedStore(storeFile, error) : unusableStore(storeFile, error)
  }
}

function requireUndamaged(storeFile: string): void {
  const damage = storeDamage(storeFile)
  if (damage.length > 0) throw damaged(storeFile, damage)
}

/**
 * Data is for its owner alone. What lies below `.artifacts` is ours to mend; a directory that somebody chose elsewhere
 * may be shared on purpose.
 */
function closeToOthers(directory: string, artifacts: string): string[] {
  if (!isOpenToOthers(directory)) return []
  if (!directory.startsWith(`${artifacts}${sep}`))
    return [
      `others may enter ${directory}, which holds logs and the store; to keep them out: chmod 700 '${directory}'`,
    ]
  attempt(directory, () => chmodSync(directory, 0o700))
  return []
}

function attempt(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw unusableStore(path, error)
  }
}

const damaged = (storeFile: string, how: readonly string[]): UserError =>
  new UserError(`the store ${storeFile} is damaged: ${how.join('; ')}`, {
    fix: 'put a backup in its place: npx task db:restore FILE',
  })
