import type { Kysely, Transaction } from 'kysely'
import { toInstant } from '../../lib/clock.ts'
import { type SignInId, signInId, type UserId } from '../contract/ids.ts'
import { unaudited } from './audit-entry.ts'
import { compiledQuery } from './compiled-query.ts'
import { isBefore, type Place } from './place.ts'
import { beginsLike, type Resolved, resolved, type Visibility } from './references.ts'
import type { SignInJoined } from './rows.ts'
import type { Schema } from './schema.ts'
import { createSecret, hashSecret } from './secret.ts'
import { type SignInRow, signInLife } from './sign-in-rows.ts'
import type { Store } from './store.ts'

/**
 * Sign-ins, each with a chain of refresh tokens of which the last is good for one use. One that comes a second time has
 * been copied, and nobody knows by whom: the whole sign-in is revoked.
 */

/**
 * How long after its use a refresh token may come again, in milliseconds: two windows of one browser, or two programs
 * with one configuration, refresh at the same moment. Who comes second gets no other refresh token: the chain never forks.
 */
export const refreshGrace = 10_000

const selectSignIns = (database: Pick<Kysely<Schema>, 'selectFrom'>) =>
  database
    .selectFrom('sign_ins')
    .innerJoin('users', 'users.id', 'sign_ins.user_id')
    .selectAll('sign_ins')
    .select(['users.name as user_name', 'users.role as user_role', 'users.disabled_at as user_disabled_at'])

const byId = compiledQuery<{ id: SignInId }, SignInJoined>((database, parameter) =>
  selectSignIns(database).where('sign_ins.id', '=', parameter('id')),
)

export const getSignIn = async (store: Store, id: SignInId): Promise<SignInJoined | undefined> =>
  (await store.recall(byId, { id }))[0]

/** Where a sign-in is, and what by, as that calls itself. */
export type SignInFrom = Pick<SignInRow, 'address' | 'client'>

export type StartedSignIn = { readonly signIn: SignInJoined; readonly refreshToken: string }

/** Within a transaction that has found that this user may. */
export async function insertSignIn(
  transaction: Transaction<Schema>,
  { id, user, from, now }: { id: SignInId; user: UserId; from: SignInFrom; now: number },
): Promise<StartedSignIn> {
  await transaction
    .insertInto('sign_ins')
    .values({
      id,
      user_id: user,
      ...{ created_at: toInstant(now), expires_at: toInstant(now + signInLife), revoked_at: null },
      ...from,
    })
    .execute()
  const refreshToken = await insertRefreshToken(transaction, id)
  // Those that are long over tell nobody anything.
  await transaction
    .deleteFrom('sign_ins')
    .where('expires_at', '<', toInstant(now - signInLife))
    .execute()
  return { signIn: await signInOf(transaction, id), refreshToken }
}

export type Refreshed =
  | { readonly outcome: 'refreshed'; readonly signIn: SignInJoined; readonly refreshToken: string | null }
  /** There is no such token, or its sign-in is over. */
  | { readonly outcome: 'unknown' }
  /** It has been used before; its sign-in is revoked from now on. */
  | { readonly outcome: 'replayed'; readonly signIn: SignInJoined }

/** Takes a refresh token for the next one of its sign-in. No entry in the audit log: it changes nothing that one may. */
export const refreshSignIn = (
  store: Store,
  secret: string,
  { from, now }: { from: SignInFrom; now: number },
): Promise<Refreshed> =>
  unaudited(async (): Promise<Refreshed> => {
    // Whoever has none is not to make others wait for the lock of the store.
    if ((await store.read(database => refreshTokenOf(database, secret))) === undefined)
      return { outcome: 'unknown' }
    return store.write(async transaction => {
      const found = await refreshTokenOf(transaction, secret)
      if (found === undefined) return { outcome: 'unknown' }
      const signIn = await signInOf(transaction, found.sign_in_id)
      if (isOver(signIn, now)) return { outcome: 'unknown' }
      if (found.used_at !== null) {
        const isTwin = now - Date.parse(found.used_at) < refreshGrace
        if (isTwin) return { outcome: 'refreshed', signIn, refreshToken: null }
        await revoke(transaction, now).where('id', '=', signIn.id).execute()
        return { outcome: 'replayed', signIn }
      }
      await transaction
        .updateTable('refresh_tokens')
        .set({ used_at: toInstant(now) })
        .where('secret_sha256', '=', found.secret_sha256)
        .execute()
      await transaction
        .updateTable('sign_ins')
        .set({ expires_at: toInstant(now + signInLife), ...from })
        .where('id', '=', signIn.id)
        .execute()
      // One that comes again after so long opens nothing either.
      await transaction
        .deleteFrom('refresh_tokens')
        .where('sign_in_id', '=', signIn.id)
        .where('used_at', '<', toInstant(now - signInLife))
        .execute()
      const refreshToken = await insertRefreshToken(transaction, signIn.id)
      return { outcome: 'refreshed', signIn: await signInOf(transaction, signIn.id), refreshToken }
    })
  })

/** The sign-in that a refresh token belongs to, used or not; undefined where it is over. */
export async function signInByRefreshToken(
  store: Store,
  secret: string,
  now: number,
): Promise<SignInJoined | undefined> {
  const signIn = await store.read(database =>
    selectSignIns(database)
      .innerJoin('refresh_tokens', 'refresh_tokens.sign_in_id', 'sign_ins.id')
      .where('refresh_tokens.secret_sha256', '=', hashSecret(secret))
      .executeTakeFirst(),
  )
  return signIn === undefined || isOver(signIn, now) ? undefined : signIn
}

/** One that has ended already keeps its time. */
export const endSignIn = (store: Store, id: SignInId, now: number): Promise<SignInJoined> =>
  store.write(async transaction => {
    await revoke(transaction, now).where('id', '=', id).execute()
    return signInOf(transaction, id)
  })

export type WantedSignIns = {
  readonly visible: Visibility
  /** Only those behind this one. */
  readonly after: Place | undefined
  readonly limit: number
  readonly now: number
}

/** Those that have not ended, the latest first. */
export const listSignIns = (
  store: Store,
  { visible, after, limit, now }: WantedSignIns,
): Promise<SignInJoined[]> =>
  store.read(database => {
    let query = selectSignIns(database)
      .where('sign_ins.revoked_at', 'is', null)
      .where('sign_ins.expires_at', '>', toInstant(now))
      .orderBy('sign_ins.created_at', 'desc')
      .orderBy('sign_ins.id', 'desc')
      .limit(limit)
    if (visible !== 'all') query = query.where('sign_ins.user_id', '=', visible.owner)
    if (after !== undefined) query = query.where(isBefore('sign_ins', after))
    return query.execute()
  })

export const resolveSignIn = (
  store: Store,
  reference: string,
  visible: Visibility,
): Promise<Resolved<SignInJoined>> =>
  store.read(async database => {
    const like = selectSignIns(database)
      .where(beginsLike('sign_ins.id', signInId.prefix, reference))
      .limit(3)
    return resolved(
      await (visible === 'all' ? like : like.where('sign_ins.user_id', '=', visible.owner)).execute(),
    )
  })

/** All of a user's: who knew the password that was, or had the role, is to prove anew who they are. */
export async function endSignInsOf(
  transaction: Transaction<Schema>,
  user: UserId,
  now: number,
): Promise<void> {
  await revoke(transaction, now).where('user_id', '=', user).execute()
}

const revoke = (transaction: Transaction<Schema>, now: number) =>
  transaction
    .updateTable('sign_ins')
    .set({ revoked_at: toInstant(now) })
    .where('revoked_at', 'is', null)

const isOver = ({ revoked_at, user_disabled_at, expires_at }: SignInJoined, now: number): boolean =>
  revoked_at !== null || user_disabled_at !== null || Date.parse(expires_at) <= now

const signInOf = (transaction: Transaction<Schema>, id: SignInId): Promise<SignInJoined> =>
  selectSignIns(transaction).where('sign_ins.id', '=', id).executeTakeFirstOrThrow()

async function insertRefreshToken(transaction: Transaction<Schema>, id: SignInId): Promise<string> {
  const secret = createSecret('dsr')
  await transaction
    .insertInto('refresh_tokens')
    .values({ secret_sha256: hashSecret(secret), sign_in_id: id, used_at: null })
    .execute()
  return secret
}

const refreshTokenOf = (database: Pick<Kysely<Schema>, 'selectFrom'>, secret: string) =>
  database
    .selectFrom('refresh_tokens')
    .selectAll()
    .where('secret_sha256', '=', hashSecret(secret))
    .executeTakeFirst()
