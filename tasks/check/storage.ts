import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Workspace } from '../../config/workspace.ts'
import { damageIn, lookAtStore } from '../../services/store/look.ts'
import { lockedStore } from '../bootstrap/locked-store.ts'
import {
  isOpenToOthers,
  nearestExisting,
  requireFreeSpace,
  requireUsablePlace,
} from '../bootstrap/storage-place.ts'
import type { Finding } from './finding.ts'

/** Where data lies, without a trace: nothing is written to prove that it can be. */
export function inspectDataDirectory(
  { dataDirectory, storeFile }: Workspace,
  minimumFreeMegabytes: number,
): Finding {
  const what = 'data directory'
  let free = Number.POSITIVE_INFINITY
  for (const directory of [dataDirectory, dirname(storeFile)]) {
    requireUsablePlace(directory)
    free = Math.min(free, requireFreeSpace(directory, minimumFreeMegabytes))
    const existing = nearestExisting(directory)
    if (!isWritable(existing))
      return {
        what,
        verdict: 'failed',
        detail: `${existing} may not be written to`,
        fix: 'make it writable, or set storage.data_dir in config/bootstrap.local.toml',
      }
  }
  if (isOpenToOthers(dataDirectory))
    return {
      what,
      verdict: 'warning',
      detail: `others may enter ${dataDirectory}`,
      fix: `chmod 700 '${dataDirectory}'`,
    }
  return { what, verdict: 'ok', detail: `${dataDirectory}, ${free} MB free` }
}

/** Above this size, in bytes, a look at every page would take longer than a check may. */
const checkedWhole = 32 * 2 ** 20

export function inspectStore({ storeFile }: Workspace): Finding {
  const what = 'store'
  const look = lookAtStore(storeFile)
  switch (look.kind) {
    case 'absent':
      return { what, verdict: 'warning', detail: `${storeFile} is not made yet`, fix: 'npx task bootstrap' }
    case 'unreadable':
      return { what, verdict: 'failed', detail: `${storeFile}: ${look.reason}`, fix: restore }
    case 'locked': {
      const { message, fix } = lockedStore(storeFile, look.reason)
      return { what, verdict: 'failed', detail: message, fix }
    }
    case 'foreign':
      return {
        what,
        verdict: 'failed',
        detail: `${storeFile} is a database, but no store of ours`,
        fix: 'set storage.sqlite_path in config/bootstrap.local.toml to another file',
      }
    case 'store':
  }
  if (look.unknown.length > 0)
    return {
      what,
      verdict: 'failed',
      detail: `${storeFile} was written by a newer version: it has ${look.unknown.join(', ')}`,
      fix: 'use that version, or set storage.sqlite_path to another file',
    }
  const { size } = statSync(storeFile)
  const damage = size > checkedWhole ? [] : damageIn(storeFile, 'quick')
  if (damage.length > 0)
    return { what, verdict: 'failed', detail: `${storeFile} is damaged: ${damage.join('; ')}`, fix: restore }
  if (look.pending.length > 0)
    return {
      what,
      verdict: 'warning',
      detail: `${storeFile} lacks ${look.pending.join(', ')}`,
      fix: 'npx task bootstrap, or npx task db:upgrade',
    }
  const extent = size > checkedWhole ? 'too big to be checked whole here' : 'undamaged'
  return { what, verdict: 'ok', detail: `${storeFile} at ${look.applied.at(-1)}, ${extent}` }
}

const restore = 'put a backup in its place: npx task db:restore FILE'

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
