import { resemblance, resemblesName } from '../../contract/password.ts'
import type { UserRow } from '../../store/schema.ts'
import type { Context } from '../context.ts'
import { type Outcome, refuseFields } from '../outcome.ts'

/** The hash of a password that somebody chooses for a user, if it is one for them. */
export const choosePassword = async (
  { passwords }: Pick<Context, 'passwords'>,
  { id, name }: Pick<UserRow, 'id' | 'name'>,
  password: string,
): Promise<Outcome<string>> =>
  resemblesName(password, name)
    ? refuseFields([{ path: 'password', message: resemblance }])
    : passwords.hash(password, id)
