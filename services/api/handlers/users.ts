import { setPassword } from '../../store/passwords.ts'
import { toUser } from '../../store/rows.ts'
import { disableUser, enableUser } from '../../store/user-access.ts'
import { createUser, listUsers } from '../../store/users.ts'
import type { Context } from '../context.ts'
import { done, refuse } from '../outcome.ts'
import { page } from '../page.ts'
import { changeUser, lastAdmin } from './change-user.ts'
import { choosePassword } from './choose-password.ts'
import { findUser } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'
import { byName } from './orders.ts'

type Names =
  | 'users.create'
  | 'users.list'
  | 'users.get'
  | 'users.update'
  | 'users.password'
  | 'users.disable'
  | 'users.enable'

export const userHandlers = (context: Context): Pick<Handlers, Names> => ({
  'users.create': async ({ name, role, password }, { caller }) => {
    const hash =
      password === undefined ? done(null) : await context.passwords.hash(password, caller.credential.user_id)
    if (!hash.ok) return hash
    const { outcome, user } = await createUser(context.store, {
      ...{ name, role, password_hash: hash.value, now: now(context) },
    })
    if (outcome === 'user_exists') return refuse(outcome, `a user is called ${user.name}: use another name`)
    return done(toUser(user))
  },

  'users.list': input =>
    page(input, byName, (after, limit) => listUsers(context.store, { after, limit }), toUser),

  'users.get': async input => {
    const found = await findUser(context, input.user)
    return found.ok ? done(toUser(found.value)) : found
  },

  'users.update': async ({ user, role, display_name }, { ifMatch }) => {
    const found = await findUser(context, user)
    return found.ok ? changeUser(context, found.value, { role, display_name }, ifMatch) : found
  },

  'users.password': async ({ user, password }) => {
    const found = await findUser(context, user)
    if (!found.ok) return found
    const hash = await choosePassword(context, found.value, password)
    if (!hash.ok) return hash
    const { id, name } = found.value
    const changed = await setPassword(context.store, { user: id, hash: hash.value, now: context.clock.now() })
    if (changed === undefined) return refuse('no_password', `${name} is a program: make a token for it`)
    context.changes.announce({})
    return done(toUser(changed))
  },

  'users.disable': async input => {
    const found = await findUser(context, input.user)
    if (!found.ok) return found
    const disabled = await disableUser(context.store, found.value.id, now(context))
    if (disabled.outcome === 'last_admin') return lastAdmin(found.value)
    // Whoever still reads with a token or sign-in of theirs is to look at once whether it may.
    context.changes.announce({})
    return done(toUser(disabled.user))
  },

  'users.enable': async input => {
    const found = await findUser(context, input.user)
    return found.ok ? done(toUser(await enableUser(context.store, found.value.id))) : found
  },
})
