import { toInstant } from '../../../lib/clock.ts'
import type { DebugShare, DebugShareRole } from '../../contract/debug-share.ts'
import type { SessionId } from '../../contract/ids.ts'
import { grants } from '../../contract/scopes.ts'
import { type DebugRoleJoined, giveRole, listRoles, takeRole } from '../../store/debug-shares.ts'
import { createOwnToken } from '../../store/own-tokens.ts'
import { scopesOf, type TokenJoined } from '../../store/rows.ts'
import { whyNoToken } from '../../store/token-request.ts'
import { revokeToken, tokensOfViewers } from '../../store/tokens.ts'
import type { Caller } from '../access.ts'
import { unknownCredential } from '../challenge.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import { findSession, findUser } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'
import { mostOwn } from './tokens.ts'

type Names = 'debug.share' | 'debug.shares' | 'debug.unshare'

/** What tokens of each role may do, on one session alone. */
const scopes = { control: ['debug:write'], watch: ['debug:read'] } as const

export const debugShareHandlers = (context: Context): Pick<Handlers, Names> => ({
  'debug.share': async ({ role, user, name = '', ...input }, { caller }) => {
    const session = await findSession(context, input.session, caller)
    if (!session.ok) return session
    const { id } = session.value
    const expires_at = toInstant(context.clock.now() + input.expires_in * 1_000)
    const shared =
      user === undefined
        ? await shareByToken(context, { session: id, role, name, expires_at }, caller)
        : await shareWithUser(context, { session: id, role, user, expires_at })
    // Who has had another role is to hear of it.
    if (shared.ok) context.changes.announce({})
    if (shared.ok && user !== undefined) context.runner.unshared({ session: id, who: { user } })
    return shared
  },

  'debug.shares': async (input, { caller }) => {
    const session = await findSession(context, input.session, caller)
    return session.ok ? done(await sharesOf(context, session.value.id)) : session
  },

  'debug.unshare': async ({ share, ...input }, { caller }) => {
    const session = await findSession(context, input.session, caller)
    if (!session.ok) return session
    const found = (await sharesOf(context, session.value.id)).find(
      ({ id, user, name }) => id === share || user === share || name === share,
    )
    if (found === undefined) return refuse('share_not_found', `nobody has a role here by ${share}`)
    if (isToken(found.id)) await revokeToken(context.store, found.id, now(context))
    else await takeRole(context.store, found.id)
    context.changes.announce({})
    const { user, name } = found
    const who = user === null ? { token: name ?? '' } : { user }
    context.runner.unshared({ session: session.value.id, who })
    return done(found)
  },
})

type Wanted = { readonly session: SessionId; readonly role: DebugShareRole; readonly expires_at: string }

async function shareWithUser(
  context: Context,
  { user: name, ...wanted }: Wanted & { readonly user: string },
): Promise<Outcome<DebugShare & { token: null }>> {
  const user = await findUser(context, name)
  if (!user.ok) return user
  if (user.value.disabled_at !== null) return refuse('user_disabled', `the user ${name} is disabled`)
  const created_at = now(context)
  const id = await giveRole(context.store, { ...wanted, user: user.value.id, now: created_at })
  const { role, expires_at } = wanted
  return done({ id, role, user: user.value.name, name: null, created_at, expires_at, token: null })
}

/** It ends with what it was made with, as any token that somebody makes for themselves. */
async function shareByToken(
  context: Context,
  { session, role, name, expires_at }: Wanted & { readonly name: string },
  { credential }: Caller,
): Promise<Outcome<DebugShare & { token: string }>> {
  const latest = credential.kind === 'token' ? credential.expires_at : null
  const wanted = {
    ...{ name, user: credential.user_name, scopes: scopes[role], viewer_of: session, now: now(context) },
    expires_at: latest !== null && latest < expires_at ? latest : expires_at,
  }
  const maker = { user: credential.user_id, credential: credential.id, most: mostOwn }
  const created = await createOwnToken(context.store, wanted, maker)
  switch (created.outcome) {
    case 'created':
      return done({ ...ofToken(created.token), token: created.secret })
    case 'maker_gone':
      return unknownCredential()
    case 'token_limit':
      return refuse(
        'token_limit',
        `${mostOwn} tokens of this user are valid, as many as there may be: revoke one`,
      )
    default:
      return refuse(
        created.outcome === 'token_exists' ? 'token_exists' : 'user_not_found',
        whyNoToken(created, { name }),
      )
  }
}

async function sharesOf({ store, clock }: Context, session: SessionId): Promise<DebugShare[]> {
  const instant = toInstant(clock.now())
  const [roles, tokens] = await Promise.all([
    listRoles(store, session, instant),
    tokensOfViewers(store, session, instant),
  ])
  return [...roles.map(ofUser), ...tokens.map(ofToken)]
}

const ofUser = ({ id, role, user_name, created_at, expires_at }: DebugRoleJoined): DebugShare => ({
  ...{ id, role, user: user_name, name: null, created_at, expires_at },
})

const ofToken = (token: TokenJoined): DebugShare => ({
  id: token.id,
  role: grants(scopesOf(token), 'debug:write') ? 'control' : 'watch',
  user: null,
  name: token.name,
  created_at: token.created_at,
  // They always have one.
  expires_at: token.expires_at ?? token.created_at,
})

const isToken = (id: DebugShare['id']): id is TokenJoined['id'] => id.startsWith('tok_')
