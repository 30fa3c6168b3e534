import { chmodSync, readFileSync } from 'node:fs'
import type { Workspace } from '../../config/workspace.ts'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { systemClock, toInstant } from '../../lib/clock.ts'
import { isDiskFull } from '../../lib/disk-full.ts'
import { isTokenValid } from '../../services/store/look.ts'
import { isStoreBusy, lockedStore } from './locked-store.ts'
import { unusableStore } from './unusable-store.ts'

const tokenName = 'bootstrap'

export type PreparedToken = {
  file: string
  /** The secret, where it was made just now. */
  made: string | undefined
}

/**
 * Makes sure that the token file of this clone holds a token that works. A file that was lost is replaced, and the
 * token that was in it revoked.
 */
export async function prepareToken(workspace: Workspace): Promise<PreparedToken> {
  const file = workspace.adminTokenFile
  const now = toInstant(systemClock.now())
  const secret = readSecret(file)
  if (secret !== undefined && isTokenValid(workspace.storeFile, secret, now)) {
    chmodSync(file, 0o600)
    return { file, made: undefined }
  }
  try {
    const made = await makeToken(workspace.storeFile, now)
    await writeAtomically(file, `${made}\n`, { mode: 0o600 })
    return { file, made }
  } catch (error) {
    if (isStoreBusy(error)) throw lockedStore(workspace.storeFile, error)
    throw isDiskFull(error) ? unusableStore(workspace.storeFile, error) : error
  }
}

async function makeToken(storeFile: string, now: string): Promise<string> {
  const { openStore } = await import('../../services/store/store.ts')
  const { createToken, revokeToken } = await import('../../services/store/tokens.ts')
  await using store = await openStore(storeFile)
  const wanted = { name: tokenName, scopes: ['admin'], now, expires_at: null } as const
  let created = await createToken(store, wanted)
  if (created.outcome === 'name_taken') {
    await revokeToken(store, created.token.id, now)
    created = await createToken(store, wanted)
  }
  if (created.outcome !== 'created') throw new Error(`another process made the token ${tokenName} just now`)
  return created.secret
}

/** What the file holds; undefined where there is none, or it may not be read. */
export function readSecret(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** The warning that a client finds no token in its environment; undefined where it does. */
export function missingTokenVariable(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (environment[name] !== undefined && environment[name] !== '') return undefined
  return `the environment variable ${name} is not set: clients outside of this clone need a token in it`
}
