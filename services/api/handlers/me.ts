import { setPassword } from '../../store/passwords.ts'
import { toUser } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { done, refuse } from '../outcome.ts'
import { changeUser } from './change-user.ts'
import { choosePassword } from './choose-password.ts'
import type { Handlers } from './handler.ts'
import { userOf } from './user-of.ts'

type Names = 'me.get' | 'me.update' | 'me.password'

/** What users do for themselves. */
export const meHandlers = (context: Context): Pick<Handlers, Names> => ({
  'me.get': async (_, { caller }) => done(toUser(await userOf(context, caller.credential))),

  'me.update': async ({ display_name }, { caller, ifMatch }) =>
    changeUser(context, await userOf(context, caller.credential), { display_name }, ifMatch),

  'me.password': async ({ old_password, password }, { caller }) => {
    const user = await userOf(context, caller.credential)
    // Counted for the user: whoever has their token is nearer to the password than anybody at the door.
    const attempt = context.signInLimits.begin(user.id, user.name)
    if (!attempt.ok) return attempt
    return attempt.during(async () => {
      const isRight = await context.passwords.matches(old_password, user.password_hash, user.id)
      if (!isRight.ok) {
        attempt.withdrawn()
        return isRight
      }
      if (!isRight.value || user.password_hash === null) return wrong()
      attempt.succeeded()
      const hash = await choosePassword(context, user, password)
      if (!hash.ok) return hash
      const changed = await setPassword(context.store, {
        ...{ user: user.id, hash: hash.value, instead: user.password_hash, now: context.clock.now() },
      })
      if (changed === undefined) return wrong()
      context.changes.announce({})
      return done(toUser(changed))
    })
  },
})

const wrong = () =>
  refuse('password_wrong', 'the old password is not right; without one, ask an administrator for one')
