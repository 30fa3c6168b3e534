import { toInstant } from '../../lib/clock.ts'
import { note } from '../../lib/subject.ts'
import type { SignInId } from '../contract/ids.ts'
import { type InviteJoined, inviteWithCode, useInvite } from './invites.ts'
import type { UserRow } from './schema.ts'
import { insertSignIn, type SignInFrom, type StartedSignIn } from './sign-ins.ts'
import type { Store } from './store.ts'
import { insertUser, userCalled } from './users.ts'

/** How users come in: by a password that has been found right, or by an invite. */

/**
 * Signs a user in whose password was right; undefined where they may not any more: another password, another role, or
 * disabled.
 */
export const signIn = (
  store: Store,
  { id, user, from, now }: { id: SignInId; user: UserRow; from: SignInFrom; now: number },
): Promise<StartedSignIn | undefined> =>
  store.write(async transaction => {
    const found = await transaction
      .selectFrom('users')
      .select('id')
      .where('id', '=', user.id)
      .where('password_hash', '=', user.password_hash)
      .where('role', '!=', 'service')
      .where('disabled_at', 'is', null)
      .executeTakeFirst()
    if (found === undefined) return undefined
    note({ user: user.id })
    return insertSignIn(transaction, { id, user: user.id, from, now })
  })

export type Registration = {
  readonly id: SignInId
  readonly code: string
  readonly user: Pick<UserRow, 'id' | 'name' | 'display_name' | 'password_hash'>
  readonly from: SignInFrom
  readonly now: number
}

export type Registered =
  | { readonly outcome: 'registered'; readonly user: UserRow; readonly started: StartedSignIn }
  | { readonly outcome: 'invite_invalid'; readonly invite: InviteJoined | undefined }
  | { readonly outcome: 'user_exists'; readonly user: UserRow }

/** Makes a user of who has an invite, and signs them in: all of it, or nothing. */
export const register = (store: Store, { id, code, user, from, now }: Registration): Promise<Registered> =>
  store.write(async transaction => {
    const instant = toInstant(now)
    const invite = await inviteWithCode(transaction, code, instant)
    if (invite?.status !== 'valid') return { outcome: 'invite_invalid', invite }
    const existing = await userCalled(transaction, user.name)
    if (existing !== undefined) return { outcome: 'user_exists', user: existing }
    await useInvite(transaction, invite, instant)
    const made = await insertUser(transaction, { ...user, role: 'user', now: instant })
    const started = await insertSignIn(transaction, { id, user: made.id, from, now })
    return { outcome: 'registered', user: made, started }
  })
