import { toSignIn } from '../../store/rows.ts'
import { endSignIn, listSignIns } from '../../store/sign-ins.ts'
import type { Context } from '../context.ts'
import { done } from '../outcome.ts'
import { page } from '../page.ts'
import { findSignIn } from './find.ts'
import type { Handlers } from './handler.ts'
import { byAge } from './orders.ts'

export const signInHandlers = (context: Context): Pick<Handlers, 'sign_ins.list' | 'sign_ins.end'> => ({
  'sign_ins.list': (input, { caller: { visible, credential } }) =>
    page(
      input,
      byAge,
      (after, limit) => listSignIns(context.store, { visible, after, limit, now: context.clock.now() }),
      row => ({ ...toSignIn(row), current: row.id === credential.id }),
    ),

  'sign_ins.end': async (input, { caller }) => {
    const found = await findSignIn(context, input.sign_in, caller)
    if (!found.ok) return found
    const ended = await endSignIn(context.store, found.value.id, context.clock.now())
    // What it has opened is to end at once.
    context.changes.announce({})
    return done(toSignIn(ended))
  },
})
