import type { User } from '../../contract/user-resources.ts'
import { toUser } from '../../store/rows.ts'
import type { UserRow } from '../../store/schema.ts'
import { type UserUpdate, updateUser } from '../../store/update-user.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, type Refusal, refuse } from '../outcome.ts'
import { versionMismatch, type WantedVersions } from '../version.ts'

/** Changes a user, at the version that was wanted; what they have open is looked at anew. */
export async function changeUser(
  context: Context,
  { id }: UserRow,
  change: Omit<UserUpdate, 'now'>,
  ifMatch: WantedVersions | undefined,
): Promise<Outcome<User>> {
  const updated = await updateUser(context.store, id, { ...change, now: context.clock.now() }, user =>
    versionMismatch(ifMatch, toUser(user)),
  )
  if (updated.outcome === 'refused') return updated.refusal
  if (updated.outcome === 'last_admin') return lastAdmin(updated.user)
  context.changes.announce({})
  return done(toUser(updated.user))
}

export const lastAdmin = ({ name }: UserRow): Refusal =>
  refuse(
    'last_admin',
    `${name} is the last who may administer: give another administrator a password, or a token with the scope admin, first`,
  )
