import { z } from 'zod'
import { toUser } from '../../store/rows.ts'
import type { UserRow } from '../../store/schema.ts'
import { disableUser, enableUser } from '../../store/user-access.ts'
import { createUser, listUsers } from '../../store/users.ts'
import type { Context } from '../context.ts'
import { done, refuse } from '../outcome.ts'
import { page } from '../page.ts'
import { findUser } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'

const byName = { key: z.string(), keyOf: ({ name }: UserRow) => name }

type Names = 'users.create' | 'users.list' | 'users.get' | 'users.disable' | 'users.enable'

export const userHandlers = (context: Context): Pick<Handlers, Names> => ({
  'users.create': async input => {
    const { outcome, user } = await createUser(context.store, { ...input, now: now(context) })
    if (outcome === 'user_exists') return refuse(outcome, `a user is called ${user.name}: use another name`)
    return done(toUser(user))
  },

  'users.list': input =>
    page(input, byName, (after, limit) => listUsers(context.store, { after, limit }), toUser),

  'users.get': async input => {
    const found = await findUser(context, input.user)
    return found.ok ? done(toUser(found.value)) : found
  },

  'users.disable': async input => {
    const found = await findUser(context, input.user)
    if (!found.ok) return found
    const disabled = await disableUser(context.store, found.value.id, now(context))
    if (disabled.outcome === 'last_admin')
      return refuse(
        'last_admin',
        `${found.value.name} is the last who may administer: make a token with the scope admin for another administrator first`,
      )
    // Whoever still reads with a token of theirs is to look at once whether it may.
    context.changes.announce({})
    return done(toUser(disabled.user))
  },

  'users.enable': async input => {
    const found = await findUser(context, input.user)
    return found.ok ? done(toUser(await enableUser(context.store, found.value.id))) : found
  },
})
