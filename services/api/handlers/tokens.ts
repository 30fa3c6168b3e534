import { toInstant } from '../../../lib/clock.ts'
import { toToken } from '../../store/rows.ts'
import { whyNoToken } from '../../store/token-request.ts'
import { createToken, listTokens, revokeToken } from '../../store/tokens.ts'
import type { Context } from '../context.ts'
import { done, refuse } from '../outcome.ts'
import { page } from '../page.ts'
import { findToken } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'
import { byAge } from './orders.ts'

type Names = 'tokens.create' | 'tokens.list' | 'tokens.revoke'

export const tokenHandlers = (context: Context): Pick<Handlers, Names> => ({
  'tokens.create': async input => {
    const instant = context.clock.now()
    const created = await createToken(context.store, {
      name: input.name,
      user: input.user,
      scopes: [...new Set(input.scopes)],
      now: toInstant(instant),
      expires_at: input.expires_in === undefined ? null : toInstant(instant + input.expires_in * 1000),
    })
    if (created.outcome !== 'created') return refuse(created.outcome, whyNoToken(created, input))
    return done({ ...toToken(created.token), token: created.secret })
  },

  'tokens.list': input =>
    page(input, byAge, (after, limit) => listTokens(context.store, { after, limit }), toToken),

  'tokens.revoke': async input => {
    const found = await findToken(context, input.token)
    if (!found.ok) return found
    const revoked = await revokeToken(context.store, found.value.id, now(context))
    // Whoever still reads with it is to look at once whether it may.
    context.changes.announce({})
    return done(toToken(revoked))
  },
})
