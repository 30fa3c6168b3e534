import { chmodSync, readFileSync } from 'node:fs'
import type { Workspace } from '../../config/workspace.ts'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { systemClock, toInstant } from '../../lib/clock.ts'
import { openStore } from '../../services/store/store.ts'
import { createToken, findTokenBySecret, revokeToken } from '../../services/store/tokens.ts'

const tokenName = 'bootstrap'

/**
 * Makes sure that the token file of this clone holds a token that works. A file that was lost is replaced, and the
 * token that was in it revoked.
 */
export async function prepareToken(workspace: Workspace): Promise<{ made: boolean; file: string }> {
  const file = workspace.adminTokenFile
  await using store = await openStore(workspace.storeFile)
  const secret = readSecret(file)
  if (secret !== undefined) {
    const token = await findTokenBySecret(store, secret)
    if (token !== undefined && token.revoked_at === null) {
      chmodSync(file, 0o600)
      return { made: false, file }
    }
  }
  const now = toInstant(systemClock.now())
  const wanted = { name: tokenName, scopes: ['admin'], now, expires_at: null } as const
  let created = await createToken(store, wanted)
  if (created.outcome === 'name_taken') {
    await revokeToken(store, created.token.id, now)
    created = await createToken(store, wanted)
  }
  if (created.outcome !== 'created') throw new Error(`another process made the token ${tokenName} just now`)
  await writeAtomically(file, `${created.secret}\n`, { mode: 0o600 })
  return { made: true, file }
}

function readSecret(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
