import { networkOf } from '../../../lib/network-of.ts'
import type { Contract, OperationName } from '../../contract/contract.ts'
import { type SignInId, signInId, type UserId, userId } from '../../contract/ids.ts'
import type { OutputOf } from '../../contract/operation.ts'
import { audited } from '../../store/audit-entry.ts'
import type { InviteJoined } from '../../store/invites.ts'
import { toSignIn, toUser } from '../../store/rows.ts'
import type { UserRow } from '../../store/schema.ts'
import {
  endSignIn,
  refreshSignIn,
  type SignInFrom,
  type StartedSignIn,
  signInByRefreshToken,
} from '../../store/sign-ins.ts'
import { register, signIn } from '../../store/start-sign-in.ts'
import { findUser } from '../../store/users.ts'
import { challenge } from '../challenge.ts'
import type { Context } from '../context.ts'
import { originMay } from '../origin.ts'
import { done, type Outcome, type Refusal, refuse } from '../outcome.ts'
import { originRefused } from '../presented.ts'
import { accessTokenLife } from '../sign-in/access-tokens.ts'
import { deviceTokenIn, noCookies, refreshTokenIn, signInCookies } from '../sign-in/sign-in-cookies.ts'
import type { Handlers, Visit } from './handler.ts'
import { now } from './now.ts'
import { userOf } from './user-of.ts'

type Names = 'auth.register' | 'auth.login' | 'auth.refresh' | 'auth.logout'

export const authHandlers = (context: Context): Pick<Handlers, Names> => ({
  'auth.register': async (input, visit) => {
    const foreign = input.cookie ? foreignPage(context, visit) : undefined
    if (foreign !== undefined) return foreign
    const from = addressOf(visit)
    // Whoever guesses codes is counted by their address alone, whatever names they give.
    const attempt = context.signInLimits.begin(from, '')
    if (!attempt.ok) return attempt
    return attempt.during(async () => {
      const hash = await context.passwords.hash(input.password, from)
      if (!hash.ok) {
        attempt.withdrawn()
        return hash
      }
      const id = signInId.create()
      const user = {
        ...{ id: userId.create(), name: input.name },
        ...{ display_name: input.display_name || null, password_hash: hash.value },
      }
      const registered = await audited(
        actor(context, visit, { id, user: user.id, operation: 'auth.register' }),
        () =>
          register(context.store, {
            ...{ id, code: input.invite, user, from: fromOf(visit) },
            now: context.clock.now(),
          }),
      )
      if (registered.outcome === 'invite_invalid') return inviteInvalid(registered.invite)
      attempt.succeeded()
      if (registered.outcome === 'user_exists')
        return refuse('user_exists', `a user is called ${registered.user.name}: use another name`)
      const device = await context.deviceTokens.issue(registered.user.id)
      const { started, user: made } = registered
      return signedIn(context, visit, { ...started, user: made, device, cookie: input.cookie })
    })
  },

  'auth.login': async ({ name, password, device: given, cookie }, visit) => {
    const foreign = cookie ? foreignPage(context, visit) : undefined
    if (foreign !== undefined) return foreign
    const user = await findUser(context.store, name)
    const device = user && (await context.deviceTokens.read(given ?? deviceTokenIn(visit) ?? '', user.id))
    const from = addressOf(visit)
    const { signInLimits } = context
    const attempt = device === undefined ? signInLimits.begin(from, name) : signInLimits.beginKnown(device)
    if (!attempt.ok) return attempt
    return attempt.during(async () => {
      const hash = user?.password_hash ?? null
      const isRight = await context.passwords.matches(password, hash, device ?? from)
      if (!isRight.ok) {
        attempt.withdrawn()
        return isRight
      }
      const started = user !== undefined && isRight.value ? await start(context, visit, user) : undefined
      if (user === undefined || started === undefined) {
        if (user !== undefined) context.auditRefusals.add(user.id, 'auth.login', visit.address)
        return refuse('invalid_credentials', 'name or password are not right', { headers: challenge() })
      }
      attempt.succeeded()
      const known = await context.deviceTokens.issue(user.id)
      return signedIn(context, visit, { ...started, user, device: known, cookie })
    })
  },

  'auth.refresh': async ({ refresh_token: given }, visit) => {
    const cookie = given === undefined
    const foreign = cookie ? foreignPage(context, visit) : undefined
    if (foreign !== undefined) return foreign
    const refreshed = await refreshSignIn(context.store, given ?? refreshTokenIn(visit) ?? '', {
      from: fromOf(visit),
      now: context.clock.now(),
    })
    switch (refreshed.outcome) {
      case 'refreshed': {
        const { signIn, refreshToken } = refreshed
        const user = await userOf(context, { id: signIn.id, user_id: signIn.user_id })
        return signedIn(context, visit, { signIn, refreshToken, device: null, user, cookie })
      }
      case 'replayed':
        context.auditRefusals.add(refreshed.signIn.user_id, 'auth.refresh', visit.address)
        context.changes.announce({})
        return signInEnded('this refresh token has been used before: its sign-in is ended, sign in again')
      case 'unknown':
        return signInEnded('this refresh token is not valid: sign in again')
    }
  },

  'auth.logout': async ({ refresh_token: given }, visit) => {
    const foreign = given === undefined ? foreignPage(context, visit) : undefined
    if (foreign !== undefined) return foreign
    const secret = given ?? refreshTokenIn(visit) ?? ''
    const found = await signInByRefreshToken(context.store, secret, context.clock.now())
    if (found !== undefined) {
      const { id, user_id: user } = found
      await audited(actor(context, visit, { id, user, operation: 'auth.logout' }), () =>
        endSignIn(context.store, id, context.clock.now()),
      )
      // What it has opened is to end at once.
      context.changes.announce({})
    }
    const ended = { ok: true, value: { ended: found !== undefined } } as const
    return given === undefined ? { ...ended, headers: { 'set-cookie': noCookies(visit) } } : ended
  },
})

/** Undefined where the user may not any more. */
async function start(context: Context, visit: Visit, user: UserRow): Promise<StartedSignIn | undefined> {
  const id = signInId.create()
  return await audited(actor(context, visit, { id, user: user.id, operation: 'auth.login' }), () =>
    signIn(context.store, { id, user, from: fromOf(visit), now: context.clock.now() }),
  )
}

const actor = (
  context: Context,
  { address }: Visit,
  { id, user, operation }: { id: SignInId; user: UserId; operation: OperationName },
) => ({ user, credential: id, operation, address, now: () => now(context) })

async function signedIn(
  { accessTokens }: Context,
  visit: Visit,
  { user, signIn, refreshToken, device, cookie }: SignedIn,
): Promise<Outcome<OutputOf<Contract['auth.login']>>> {
  const accessToken = await accessTokens.issue(signIn.id, user.id)
  const told = { user: toUser(user), sign_in: toSignIn(signIn), expires_in: accessTokenLife }
  if (!cookie) return done({ ...told, access_token: accessToken, refresh_token: refreshToken, device })
  return {
    ok: true,
    value: { ...told, access_token: null, refresh_token: null, device: null },
    headers: { 'set-cookie': signInCookies(visit, { accessToken, refreshToken, device }) },
  }
}

type SignedIn = Omit<StartedSignIn, 'refreshToken'> & {
  readonly refreshToken: string | null
  readonly device: string | null
  readonly user: UserRow
  /** Where the tokens go. */
  readonly cookie: boolean
}

/** What sets a cookie, or goes by one, has to come from a page that may: see `origin.ts`. */
function foreignPage({ allowedOrigins: allowed }: Context, { headers }: Visit): Refusal | undefined {
  const { origin, host } = headers
  return origin !== undefined && originMay(origin, { host, allowed }) ? undefined : originRefused(origin)
}

/** As people may know it again: a browser tells its name in many words. */
const fromOf = ({ address, headers }: Visit): SignInFrom => ({
  address,
  client: headers['user-agent']?.slice(0, 200) ?? null,
})

/** Whom attempts are counted for. */
const addressOf = ({ address }: Visit): string => networkOf(address ?? '')

/** Who has a code is told what has become of it; there is no telling of one that never was. */
function inviteInvalid(invite: InviteJoined | undefined): Refusal {
  const reasons: Partial<Record<InviteJoined['status'], string>> = {
    used_up: 'this invite has been used by all whom it is for',
    expired: `this invite expired at ${invite?.expires_at}`,
    revoked: 'this invite has been revoked',
  }
  return refuse('invite_invalid', (invite && reasons[invite.status]) ?? 'there is no such invite')
}

const signInEnded = (detail: string): Refusal => refuse('sign_in_ended', detail, { headers: challenge() })
