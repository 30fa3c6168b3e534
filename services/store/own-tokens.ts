import type { Transaction } from 'kysely'
import { type CredentialId, isSignInId, type UserId } from '../contract/ids.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'
import { type CreatedToken, insertToken, type NewToken } from './tokens.ts'

/** Tokens that users make for themselves. Whatever was made with a token is revoked with it: who had it has not kept another. */

export type Maker = {
  readonly user: UserId
  /** What the user came with. */
  readonly credential: CredentialId
  /** How many valid tokens the user may have. */
  readonly most: number
}

export type OwnToken =
  | CreatedToken
  | { readonly outcome: 'token_limit' }
  /** What it was to be made with has been revoked meanwhile. */
  | { readonly outcome: 'maker_gone' }

export const createOwnToken = (
  store: Store,
  wanted: NewToken,
  { user, credential, most }: Maker,
): Promise<OwnToken> =>
  store.write(async transaction => {
    if (!(await isStanding(transaction, credential))) return { outcome: 'maker_gone' }
    if ((await countValid(transaction, user, wanted.now)) >= most) return { outcome: 'token_limit' }
    return insertToken(transaction, wanted, isSignInId(credential) ? null : credential)
  })

async function isStanding(transaction: Transaction<Schema>, id: CredentialId): Promise<boolean> {
  const found = isSignInId(id)
    ? transaction.selectFrom('sign_ins').select('revoked_at').where('id', '=', id)
    : transaction.selectFrom('tokens').select('revoked_at').where('id', '=', id)
  return (await found.executeTakeFirst())?.revoked_at === null
}

async function countValid(transaction: Transaction<Schema>, user: UserId, now: string): Promise<number> {
  const { count } = await transaction
    .selectFrom('tokens')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('user_id', '=', user)
    .where('revoked_at', 'is', null)
    .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .executeTakeFirstOrThrow()
  return count
}
