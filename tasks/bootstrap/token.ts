import { chmodSync, readFileSync } from 'node:fs'
import type { Workspace } from '../../config/workspace.ts'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { systemClock, toInstant } from '../../lib/clock.ts'
import { isDiskFull } from '../../lib/disk-full.ts'
import { isTokenValid } from '../../services/store/look.ts'
import { isStoreBusy, lockedStore } from './locked-store.ts'
import { unusableStore } from './unusable-store.ts'

/** Of the token and of its user, the first administrator. */
const name = 'bootstrap'

export type PreparedToken = {
  file: string
  /** The secret, where it was made just now. */
  made: string | undefined
  /** Why there is none that works. */
  warning: string | undefined
}

/**
 * Makes sure that the token file of this clone holds a token that works. A file that was lost is replaced, and the
 * token that was in it revoked. What an administrator has made of its user, disabled or without that role, stands.
 */
export async function prepareToken(workspace: Workspace): Promise<PreparedToken> {
  const file = workspace.adminTokenFile
  const now = toInstant(systemClock.now())
  const secret = readSecret(file)
  if (secret !== undefined && isTokenValid(workspace.storeFile, secret, now)) {
    chmodSync(file, 0o600)
    return { file, made: undefined, warning: undefined }
  }
  try {
    const made = await makeToken(workspace.storeFile, now)
    if (made.secret === undefined) return { file, made: undefined, warning: made.warning }
    await writeAtomically(file, `${made.secret}\n`, { mode: 0o600 })
    return { file, made: made.secret, warning: undefined }
  } catch (error) {
    if (isStoreBusy(error)) throw lockedStore(workspace.storeFile, error)
    throw isDiskFull(error) ? unusableStore(workspace.storeFile, error) : error
  }
}

const instead = `so this clone has no administrator's token: make another with "npx task token:create NAME --scopes admin"`

type MadeToken = { secret: string } | { secret?: undefined; warning: string }

async function makeToken(storeFile: string, now: string): Promise<MadeToken> {
  const { openStore } = await import('../../services/store/store.ts')
  const { whyNoToken } = await import('../../services/store/token-request.ts')
  const { createToken, revokeToken } = await import('../../services/store/tokens.ts')
  await using store = await openStore(storeFile)
  const wanted = { name, scopes: ['admin'], now, expires_at: null } as const
  let created = await createToken(store, wanted)
  if (created.outcome === 'token_exists') {
    await revokeToken(store, created.token.id, now)
    created = await createToken(store, wanted)
  }
  switch (created.outcome) {
    case 'created':
      return { secret: created.secret }
    case 'user_disabled':
      return {
        warning: `${whyNoToken(created, wanted)}, ${instead}, or enable them again with "debug-server user enable ${name}"`,
      }
    case 'scope_beyond_role':
      return { warning: `${whyNoToken(created, wanted)}, ${instead}` }
    default:
      throw new Error(`the token ${name} was not made: ${created.outcome}`)
  }
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
