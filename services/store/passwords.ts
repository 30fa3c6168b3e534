import type { UserId } from '../contract/ids.ts'
import type { UserRow } from './schema.ts'
import { endSignInsOf } from './sign-ins.ts'
import type { Store } from './store.ts'

export type SetPassword = {
  readonly user: UserId
  readonly hash: string
  /** Only where this is still theirs. */
  readonly instead?: string | undefined
  readonly now: number
}

/** Gives a user another password and ends all their sign-ins; undefined where it was not to be. */
export const setPassword = (
  store: Store,
  { user, hash, instead, now }: SetPassword,
): Promise<UserRow | undefined> =>
  store.write(async transaction => {
    let update = transaction
      .updateTable('users')
      .set({ password_hash: hash })
      .where('id', '=', user)
      .where('role', '!=', 'service')
    if (instead !== undefined) update = update.where('password_hash', '=', instead)
    const row = await update.returningAll().executeTakeFirst()
    if (row !== undefined) await endSignInsOf(transaction, user, now)
    return row
  })
