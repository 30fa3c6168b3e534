import type { Kysely, Transaction } from 'kysely'
import { note } from '../../lib/subject.ts'
import { type SessionId, type TokenId, tokenId } from '../contract/ids.ts'
import type { Scope } from '../contract/scopes.ts'
import { admits } from '../contract/user-role.ts'
import { unaudited } from './audit-entry.ts'
import { compiledQuery } from './compiled-query.ts'
import { isAfter, type Place } from './place.ts'
import { beginsLike, type Resolved, resolved, type Visibility } from './references.ts'
import type { TokenJoined } from './rows.ts'
import type { Schema, TokenRow, UserRow } from './schema.ts'
import { createSecret, hashSecret } from './secret.ts'
import type { Store } from './store.ts'
import { insertUser, userCalled } from './users.ts'

/** Personal access tokens: see secret.ts for what is stored of one. */

const selectTokens = (database: Pick<Kysely<Schema>, 'selectFrom'>) =>
  database
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens')
    .select(['users.name as user_name', 'users.role as user_role', 'users.disabled_at as user_disabled_at'])

export type NewToken = {
  name: string
  scopes: readonly Scope[]
  /** The name of the user whose it is. Without: the one named like the token, who is made where there is none. */
  user?: string | undefined
  now: string
  expires_at: string | null
  /** The session whose debuggers it opens, where it is to open nothing else. */
  viewer_of?: SessionId
  /** The servers behind the MCP gateway that it opens; null: any. */
  mcp_servers?: readonly string[] | null
}

export type CreatedToken =
  | { outcome: 'created'; secret: string; token: TokenJoined }
  | { outcome: 'token_exists'; token: TokenJoined }
  | { outcome: 'user_not_found' }
  | { outcome: 'user_disabled' | 'scope_beyond_role'; user: UserRow }

export const createToken = (store: Store, wanted: NewToken): Promise<CreatedToken> =>
  store.write(transaction => insertToken(transaction, wanted, null))

/** `madeWith`: the token that it ends with. */
export async function insertToken(
  transaction: Transaction<Schema>,
  wanted: NewToken,
  madeWith: TokenId | null,
): Promise<CreatedToken> {
  const user = await bearerOf(transaction, wanted)
  if (user === undefined) return { outcome: 'user_not_found' }
  if (user.disabled_at !== null) return { outcome: 'user_disabled', user }
  if (!wanted.scopes.every(scope => admits(user.role, scope))) return { outcome: 'scope_beyond_role', user }
  const existing = await selectTokens(transaction)
    .where('user_id', '=', user.id)
    .where('tokens.name', '=', wanted.name)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (existing !== undefined) return { outcome: 'token_exists', token: existing }
  const id = tokenId.create()
  const secret = createSecret()
  await transaction
    .insertInto('tokens')
    .values({
      id,
      user_id: user.id,
      name: wanted.name,
      secret_sha256: hashSecret(secret),
      scopes_json: JSON.stringify(wanted.scopes),
      created_at: wanted.now,
      expires_at: wanted.expires_at,
      revoked_at: null,
      last_used_at: null,
      made_with: madeWith,
      viewer_of: wanted.viewer_of ?? null,
      mcp_servers_json: wanted.mcp_servers ? JSON.stringify(wanted.mcp_servers) : null,
    })
    .execute()
  note({ user: user.id, token: id })
  return { outcome: 'created', secret, token: await tokenOf(transaction, id) }
}

/** Undefined where there is no user of the name that was given. */
async function bearerOf(
  transaction: Transaction<Schema>,
  { name, scopes, user, now }: NewToken,
): Promise<UserRow | undefined> {
  const existing = await userCalled(transaction, user ?? name)
  if (existing !== undefined || user !== undefined) return existing
  return insertUser(transaction, { name, role: scopes.includes('admin') ? 'admin' : 'user', now })
}

const tokenOf = (transaction: Transaction<Schema>, id: TokenId): Promise<TokenJoined> =>
  selectTokens(transaction).where('tokens.id', '=', id).executeTakeFirstOrThrow()

const bySecret = compiledQuery<{ hash: string }, TokenJoined>((database, parameter) =>
  selectTokens(database).where('secret_sha256', '=', parameter('hash')),
)

/** The token with this secret, revoked and expired ones included. */
export const findTokenBySecret = async (store: Store, secret: string): Promise<TokenJoined | undefined> =>
  (await store.recall(bySecret, { hash: hashSecret(secret) }))[0]

const byId = compiledQuery<{ id: TokenId }, TokenJoined>((database, parameter) =>
  selectTokens(database).where('tokens.id', '=', parameter('id')),
)

export const getToken = async (store: Store, id: TokenId): Promise<TokenJoined | undefined> =>
  (await store.recall(byId, { id }))[0]

/** Those that open the debuggers of a session, and are good still. */
export const tokensOfViewers = (store: Store, session: SessionId, now: string): Promise<TokenJoined[]> =>
  store.read(database =>
    selectTokens(database)
      .where('viewer_of', '=', session)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .orderBy('tokens.created_at')
      .orderBy('tokens.id')
      .execute(),
  )

/** In the order in which they were made: all, or so many behind one. */
export const listTokens = (
  store: Store,
  { visible = 'all', after, limit }: { visible?: Visibility; after?: Place | undefined; limit?: number } = {},
): Promise<TokenJoined[]> =>
  store.read(database => {
    let query = selectTokens(database).orderBy('tokens.created_at').orderBy('tokens.id')
    if (visible !== 'all') query = query.where('tokens.user_id', '=', visible.owner)
    if (after !== undefined) query = query.where(isAfter('tokens', after))
    if (limit !== undefined) query = query.limit(limit)
    return query.execute()
  })

export function resolveToken(
  store: Store,
  reference: string,
  visible: Visibility = 'all',
): Promise<Resolved<TokenJoined>> {
  return store.read(async database => {
    const like = selectTokens(database)
      .where(beginsLike('tokens.id', tokenId.prefix, reference))
      .limit(3)
    return resolved(await (visible === 'all' ? like : like.where('user_id', '=', visible.owner)).execute())
  })
}

/** Revokes a token, and all that was made with it; one that is revoked already keeps its time. */
export function revokeToken(store: Store, id: TokenId, now: string): Promise<TokenJoined> {
  return store.write(async transaction => {
    await transaction
      .withRecursive('descended', database =>
        database
          .selectFrom('tokens')
          .select('id')
          .where('id', '=', id)
          .union(
            database
              .selectFrom('tokens')
              .innerJoin('descended', 'descended.id', 'tokens.made_with')
              .select('tokens.id'),
          ),
      )
      .updateTable('tokens')
      .set({ revoked_at: now })
      .where('id', 'in', eb => eb.selectFrom('descended').select('descended.id'))
      .where('revoked_at', 'is', null)
      .execute()
    return tokenOf(transaction, id)
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
