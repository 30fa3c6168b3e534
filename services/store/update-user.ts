import type { UserId } from '../contract/ids.ts'
import type { UserRole } from '../contract/user-role.ts'
import type { UserRow } from './schema.ts'
import { endSignInsOf } from './sign-ins.ts'
import type { Store } from './store.ts'
import { isLastAdmin, userOf } from './user-access.ts'

export type UserUpdate = {
  readonly role?: UserRole | undefined
  /** Empty: like the name. */
  readonly display_name?: string | undefined
  readonly now: number
}

export type UpdatedUser<Refusal> =
  | { readonly outcome: 'updated'; readonly user: UserRow }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'last_admin'; readonly user: UserRow }

/**
 * Changes what a user is, and how others see the name. Nothing is changed where `refusal` has something against it as it
 * stands, or nobody could administer the server any more. A program has no password and signs in nowhere.
 */
export const updateUser = <Refusal>(
  store: Store,
  id: UserId,
  { role, display_name, now }: UserUpdate,
  refusal: (user: UserRow) => Refusal | undefined,
): Promise<UpdatedUser<Refusal>> =>
  store.write(async transaction => {
    const user = await userOf(transaction, id)
    const refused = refusal(user)
    if (refused !== undefined) return { outcome: 'refused', refusal: refused }
    if (role !== undefined && role !== 'admin' && (await isLastAdmin(transaction, user, now)))
      return { outcome: 'last_admin', user }
    if (role === 'service') await endSignInsOf(transaction, id, now)
    const changed: Partial<UserRow> = {
      ...(role === undefined ? {} : { role }),
      ...(role === 'service' ? { password_hash: null } : {}),
      ...(display_name === undefined ? {} : { display_name: display_name === '' ? null : display_name }),
    }
    await transaction.updateTable('users').set(changed).where('id', '=', id).execute()
    return { outcome: 'updated', user: { ...user, ...changed } }
  })
