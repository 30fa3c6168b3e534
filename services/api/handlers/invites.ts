import { toInstant } from '../../../lib/clock.ts'
import { createInvites, listInvites, revokeInvite } from '../../store/invites.ts'
import { toInvite } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { done } from '../outcome.ts'
import { page } from '../page.ts'
import { findInvite } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'
import { byAge } from './orders.ts'

type Names = 'invites.create' | 'invites.list' | 'invites.revoke'

export const inviteHandlers = (context: Context): Pick<Handlers, Names> => ({
  'invites.create': async ({ count, uses, prefix, note, expires_in }, { caller }) => {
    const instant = context.clock.now()
    const made = await createInvites(context.store, {
      ...{ count, uses, prefix, note, by: caller.credential.user_id },
      now: toInstant(instant),
      expires_at: toInstant(instant + expires_in * 1_000),
    })
    return done(made.map(({ invite, code }) => ({ ...toInvite(invite), code })))
  },

  'invites.list': ({ status, ...asked }) =>
    page(
      asked,
      byAge,
      (after, limit) => listInvites(context.store, { status, after, limit, now: now(context) }),
      toInvite,
    ),

  'invites.revoke': async ({ invite }) => {
    const found = await findInvite(context, invite)
    return found.ok ? done(toInvite(await revokeInvite(context.store, found.value, now(context)))) : found
  },
})
