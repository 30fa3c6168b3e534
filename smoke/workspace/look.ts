import { lstatSync, readdirSync } from 'node:fs'
import { errorCode } from '../../lib/error-code.ts'
import { tryToLock } from '../../lib/lock.ts'
import type { Found } from './decide.ts'
import { readMarker } from './marker.ts'
import { isLockFile, lockName, type Places } from './places.ts'
import { unusable } from './unusable.ts'

/**
 * Looks and changes nothing: a lock that is free is given back at once. What lies below a file, or in a directory that this user
 * may not enter or read, is refused as it was named.
 */
export function look(places: Places): Found {
  try {
    return foundAt(places)
  } catch (error) {
    throw unusable(places.workspace, error)
  }
}

function foundAt(places: Places): Found {
  const { workspace } = places
  const stat = lstatSync(workspace, { throwIfNoEntry: false })
  if (stat === undefined) return { kind: 'absent' }
  if (!stat.isDirectory()) return { kind: 'no_directory' }
  const names = namesIn(workspace)
  if (names === undefined) return { kind: 'absent' }
  if (names.includes(lockName)) {
    const lock = tryToLock(places.lock)
    if (lock === undefined) return { kind: 'in_use' }
    lock[Symbol.dispose]()
  }
  if (names.every(isLockFile)) return { kind: 'empty' }
  return { kind: readMarker(places) === undefined ? 'foreign' : 'marked' }
}

/** Undefined where its run has just removed it. */
function namesIn(directory: string): string[] | undefined {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
