import { toInstant } from '../../../lib/clock.ts'
import { grants } from '../../contract/scopes.ts'
import { createOwnToken } from '../../store/own-tokens.ts'
import { mcpServersOf, toToken } from '../../store/rows.ts'
import { whyNoToken } from '../../store/token-request.ts'
import { createToken, listTokens, revokeToken } from '../../store/tokens.ts'
import { type Caller, insufficientScope } from '../access.ts'
import { unknownCredential } from '../challenge.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, refuse, refuseFields } from '../outcome.ts'
import { page } from '../page.ts'
import { findToken } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'
import { byAge } from './orders.ts'

/** How many valid tokens users may make for themselves. */
export const mostOwn = 100

type Names = 'tokens.create' | 'tokens.list' | 'tokens.revoke'

export const tokenHandlers = (context: Context): Pick<Handlers, Names> => ({
  'tokens.create': async (input, { caller }) => {
    const { credential, visible, scopes: held } = caller
    const user = input.user ?? (visible === 'all' ? undefined : credential.user_name)
    const isOwn = (user ?? input.name).toLowerCase() === credential.user_name.toLowerCase()
    // Of other users administrators alone are told.
    if (!isOwn && visible !== 'all') return refuse('user_not_found', `no user is called ${user}`)
    const beyond = input.scopes.find(scope => !grants(held, scope))
    if (beyond !== undefined) return insufficientScope(beyond)
    const instant = context.clock.now()
    const expires = expiryOf(input.expires_in, isOwn ? caller : undefined, instant)
    if (!expires.ok) return expires
    const servers = serversOf(input.mcp_servers, caller)
    if (!servers.ok) return servers
    const wanted = {
      name: input.name,
      mcp_servers: servers.value,
      user,
      scopes: [...new Set(input.scopes)],
      now: toInstant(instant),
      expires_at: expires.value,
    }
    const maker = { user: credential.user_id, credential: credential.id, most: mostOwn }
    const created = isOwn
      ? await createOwnToken(context.store, wanted, maker)
      : await createToken(context.store, wanted)
    if (created.outcome === 'maker_gone') return unknownCredential()
    if (created.outcome === 'token_limit')
      return refuse(
        'token_limit',
        `${mostOwn} tokens of this user are valid, as many as there may be: revoke one`,
      )
    if (created.outcome !== 'created') return refuse(created.outcome, whyNoToken(created, input))
    return done({ ...toToken(created.token), token: created.secret })
  },

  'tokens.list': (input, { caller: { visible } }) =>
    page(input, byAge, (after, limit) => listTokens(context.store, { visible, after, limit }), toToken),

  'tokens.revoke': async (input, { caller }) => {
    const found = await findToken(context, input.token, caller)
    if (!found.ok) return found
    const revoked = await revokeToken(context.store, found.value.id, now(context))
    // Whoever still reads with it is to look at once whether it may.
    context.changes.announce({})
    return done(toToken(revoked))
  },
})

/** When a token expires. What is made with a token for its own user lasts no longer than that. */
function expiryOf(
  seconds: number | undefined,
  maker: Caller | undefined,
  instant: number,
): Outcome<string | null> {
  const wanted = seconds === undefined ? null : toInstant(instant + seconds * 1_000)
  const latest = maker?.credential.kind === 'token' ? maker.credential.expires_at : null
  if (latest === null || wanted === null || wanted <= latest) return done(wanted ?? latest)
  return refuseFields([
    { path: 'expires_in', message: `the token that it is made with expires at ${latest}, and it not later` },
  ])
}

/** Which servers behind the MCP gateway a token opens: none that what makes it does not. */
function serversOf(
  wanted: readonly string[] | undefined,
  { credential }: Caller,
): Outcome<readonly string[] | null> {
  const held = credential.kind === 'token' ? mcpServersOf(credential) : null
  const beyond = held === null ? undefined : wanted?.find(server => !held.includes(server))
  if (beyond === undefined) return done(wanted === undefined ? held : [...new Set(wanted)])
  return refuseFields([
    { path: 'mcp_servers', message: `the token that it is made with does not open ${beyond}` },
  ])
}
