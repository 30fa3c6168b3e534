import { existsSync } from 'node:fs'
import type { Workspace } from '../../config/workspace.ts'
import { systemClock, toInstant } from '../../lib/clock.ts'
import { secondsOf } from '../../lib/duration.ts'
import { UserError } from '../../lib/user-error.ts'
import { toToken } from '../../services/store/rows.ts'
import { openStore, type Store } from '../../services/store/store.ts'
import { type TokenRequest, whyNoToken } from '../../services/store/token-request.ts'
import { createToken, listTokens, resolveToken, revokeToken } from '../../services/store/tokens.ts'
import { unlessLocked } from '../bootstrap/locked-store.ts'

/** A token as the contract tells of it. */
export type Token = ReturnType<typeof toToken>

/** Whole seconds, from what follows `--expires-in`. */
export function readExpiry(text: string): number {
  const seconds = secondsOf(text)
  if (seconds !== undefined) return Math.round(seconds)
  throw new UserError(`--expires-in is ${JSON.stringify(text)}, expected a time such as 12h, 30d or 2w`)
}

/** Makes a token in the store, beside whatever services use it. Its secret is told this once. */
export function makeToken(
  { storeFile }: Workspace,
  wanted: TokenRequest,
): Promise<Token & { token: string }> {
  return unlessLocked(storeFile, async () => {
    await using store = await openMade(storeFile)
    const now = systemClock.now()
    const created = await createToken(store, {
      name: wanted.name,
      user: wanted.user,
      scopes: wanted.scopes,
      now: toInstant(now),
      expires_at: wanted.expires_in === undefined ? null : toInstant(now + wanted.expires_in * 1000),
    })
    if (created.outcome !== 'created')
      throw new UserError(whyNoToken(created, wanted), { fix: fixes[created.outcome] })
    return { ...toToken(created.token), token: created.secret }
  })
}

const fixes = {
  token_exists: 'use another name, or revoke that one: npx task token:revoke ID',
  user_not_found: 'leave --user out, and a user is made who is called like the token',
  user_disabled: 'enable them: debug-server user enable NAME',
  scope_beyond_role: 'name an administrator, or leave --user out and use another name',
} as const

export function readTokens({ storeFile }: Workspace): Promise<Token[]> {
  return unlessLocked(storeFile, async () => {
    await using store = await openMade(storeFile)
    return (await listTokens(store)).map(toToken)
  })
}

/** Revokes a token by its name, its id, or a unique beginning of the id. */
export function revoke({ storeFile }: Workspace, reference: string): Promise<Token> {
  return unlessLocked(storeFile, async () => {
    await using store = await openMade(storeFile)
    const called = (await listTokens(store)).filter(({ name }) => name === reference)
    const [named, another] = called.filter(({ revoked_at }) => revoked_at === null)
    if (another !== undefined)
      throw new UserError(`several users have a token called ${reference}`, {
        fix: 'name it by its id: see npx task token:list',
      })
    if (named === undefined && called.length > 0)
      throw new UserError(`what was called ${reference} is revoked already`)
    const { id } = named ?? (await byId(store, reference))
    return toToken(await revokeToken(store, id, toInstant(systemClock.now())))
  })
}

/** Opens the store that is there, and makes none by the way. */
function openMade(storeFile: string): Promise<Store> {
  if (existsSync(storeFile)) return openStore(storeFile)
  throw new UserError(`there is no store at ${storeFile}`, { fix: 'run: npx task bootstrap' })
}

async function byId(store: Store, reference: string) {
  const found = await resolveToken(store, reference)
  if (found.found) return found.value
  throw new UserError(
    found.reason === 'none'
      ? `no token is called or begins like ${JSON.stringify(reference)}`
      : `several tokens begin like ${reference}: ${found.candidates.join(', ')}`,
    { fix: 'see npx task token:list' },
  )
}
