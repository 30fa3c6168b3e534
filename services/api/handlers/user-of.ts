import type { Credential } from '../../store/credentials.ts'
import type { UserRow } from '../../store/schema.ts'
import { getUser } from '../../store/users.ts'
import type { Context } from '../context.ts'

/** Whose a token or sign-in is. */
export async function userOf(
  { store }: Pick<Context, 'store'>,
  { id, user_id }: Pick<Credential, 'id' | 'user_id'>,
): Promise<UserRow> {
  const user = await getUser(store, user_id)
  if (user === undefined) throw new Error(`${id} has no user`)
  return user
}
