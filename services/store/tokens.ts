import { note } from '../../lib/subject.ts'
import { type TokenId, tokenId } from '../contract/ids.ts'
import type { Scope } from '../contract/scopes.ts'
import { unaudited } from './audit-entry.ts'
import { compiledQuery } from './compiled-query.ts'
import { beginsLike, type Resolved, resolved } from './references.ts'
import type { TokenRow } from './schema.ts'
import { createSecret, hashSecret } from './secret.ts'
import type { Store } from './store.ts'

/** Personal access tokens: see secret.ts for what is stored of one. */

export type NewToken = { name: string; scopes: readonly Scope[]; now: string; expires_at: string | null }

export type CreatedToken =
  | { outcome: 'created'; secret: string; token: TokenRow }
  | { outcome: 'name_taken'; token: TokenRow }

export function createToken(store: Store, wanted: NewToken): Promise<CreatedToken> {
  const secret = createSecret()
  return store.write(async transaction => {
    const existing = await transaction
      .selectFrom('tokens')
      .selectAll()
      .where('name', '=', wanted.name)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (existing !== undefined) return { outcome: 'name_taken', token: existing }
    const token: TokenRow = {
      id: tokenId.create(),
      name: wanted.name,
      secret_sha256: hashSecret(secret),
      scopes_json: JSON.stringify(wanted.scopes),
      created_at: wanted.now,
      expires_at: wanted.expires_at,
      revoked_at: null,
      last_used_at: null,
    }
    await transaction.insertInto('tokens').values(token).execute()
    note({ token: token.id })
    return { outcome: 'created', secret, token }
  })
}

/** The token with this secret, revoked and expired ones included. */
export const findTokenBySecret = (store: Store, secret: string): Promise<TokenRow | undefined> =>
  store.read(database =>
    database
      .selectFrom('tokens')
      .selectAll()
      .where('secret_sha256', '=', hashSecret(secret))
      .executeTakeFirst(),
  )

const byId = compiledQuery<{ id: TokenId }, TokenRow>((database, parameter) =>
  database.selectFrom('tokens').selectAll().where('id', '=', parameter('id')),
)

export const getToken = async (store: Store, id: TokenId): Promise<TokenRow | undefined> =>
  (await store.read(database => byId(database, { id })))[0]

export const listTokens = (store: Store): Promise<TokenRow[]> =>
  store.read(database => database.selectFrom('tokens').selectAll().orderBy('created_at').execute())

export function resolveToken(store: Store, reference: string): Promise<Resolved<TokenRow>> {
  return store.read(async database =>
    resolved(
      await database
        .selectFrom('tokens')
        .selectAll()
        .where(beginsLike('id', tokenId.prefix, reference))
        .limit(3)
        .execute(),
    ),
  )
}

/** Revokes a token; one that is revoked already keeps its time. */
export function revokeToken(store: Store, id: TokenId, now: string): Promise<TokenRow> {
  return store.write(async transaction => {
    await transaction
      .updateTable('tokens')
      .set({ revoked_at: now })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .execute()
    return transaction.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  })
}

/** Notes that a token was used, at most once a minute, so that reading costs no write each time. */
export async function touchToken(store: Store, token: TokenRow, now: string): Promise<void> {
  if (token.last_used_at !== null && Date.parse(now) - Date.parse(token.last_used_at) < 60_000) return
  await unaudited(() =>
    store.write(transaction =>
      transaction.updateTable('tokens').set({ last_used_at: now }).where('id', '=', token.id).execute(),
    ),
  )
}
