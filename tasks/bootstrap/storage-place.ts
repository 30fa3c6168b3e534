import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { networkFileSystem, type Place, placeOf } from './file-system.ts'

/** Whether data may be kept at a place: looks that write nothing, made before anything is written. */

const fix = 'set storage.data_dir and storage.sqlite_path in config/bootstrap.local.toml to a place that can'

/** Throws a UserError where `directory` cannot be a directory, or lies on a file system that SQLite cannot use. */
export function requireUsablePlace(directory: string, look: (path: string) => Place = placeOf): void {
  const existing = nearestExisting(directory)
  if (!statSync(existing).isDirectory())
    throw new UserError(`data cannot be kept in ${directory}: ${existing} is a file`, { fix })
  const network = networkFileSystem({ ...look(existing), path: directory })
  if (network !== undefined)
    throw new UserError(
      `the store cannot be kept in ${directory}, which is on ${network}: SQLite would lose data`,
      {
        fix: `${fix} keep a database: a disk of this machine`,
      },
    )
}

/** Throws a UserError where less is free than `storage.minimum_free_megabytes`. Returns the free megabytes. */
export function requireFreeSpace(directory: string, minimum: number): number {
  const existing = nearestExisting(directory)
  const { bavail, bsize } = statfsSync(existing)
  const free = Math.floor((bavail * bsize) / 1e6)
  if (free < minimum)
    throw new UserError(`only ${free} MB are free at ${existing}, and ${minimum} are wanted`, {
      fix: 'make room, place storage.data_dir elsewhere, or lower storage.minimum_free_megabytes',
    })
  return free
}

/** Whether others than the owner may enter a directory. */
export const isOpenToOthers = (directory: string): boolean =>
  (statSync(directory, { throwIfNoEntry: false })?.mode ?? 0) % 0o100 !== 0

/** The path itself where it is there, otherwise the nearest of those above it. */
export function nearestExisting(path: string): string {
  if (existsSync(path) || dirname(path) === path) return path
  return nearestExisting(dirname(path))
}
