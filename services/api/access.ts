import type { Clock } from '../../lib/clock.ts'
import type { Operation } from '../contract/operation.ts'
import { grants, type Scope } from '../contract/scopes.ts'
import { admits } from '../contract/user-role.ts'
import type { Visibility } from '../store/references.ts'
import { scopesOf, type TokenJoined } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { findTokenBySecret, getToken } from '../store/tokens.ts'
import { bearerToken } from './bearer.ts'
import { done, type Outcome, refuse } from './outcome.ts'

/** Who asks: a valid token with its user, what it may do, and whose sessions it sees. */
export type Caller = {
  readonly token: TokenJoined
  readonly scopes: readonly Scope[]
  readonly visible: Visibility
}

/** The caller that an Authorization header names, if it may use something with this access. */
export async function admit(
  deps: { store: Store; clock: Clock },
  access: Exclude<Operation['access'], 'public'>,
  authorization: string | undefined,
): Promise<Outcome<Caller>> {
  const secret = bearerToken(authorization)
  if (secret === undefined)
    return refuse('unauthenticated', 'send a token: Authorization: Bearer …', {
      headers: challenge(),
    })
  return judge(await findTokenBySecret(deps.store, secret), access, deps.clock.now())
}

/** A caller who was admitted, as their token stands by now. */
export const readmit = async (
  deps: { store: Store; clock: Clock },
  access: Exclude<Operation['access'], 'public'>,
  { token }: Caller,
): Promise<Outcome<Caller>> => judge(await getToken(deps.store, token.id), access, deps.clock.now())

/** Whether this token, as it stands now, opens something with this access; undefined: there is no such token. */
export function judge(
  token: TokenJoined | undefined,
  access: Exclude<Operation['access'], 'public'>,
  now: number,
): Outcome<Caller> {
  if (token === undefined || token.revoked_at !== null || token.user_disabled_at !== null)
    return unknownToken()
  if (token.expires_at !== null && Date.parse(token.expires_at) <= now)
    return refuse('token_expired', `the token expired at ${token.expires_at}`, {
      headers: challenge('invalid_token'),
    })
  const scopes = scopesOf(token).filter(scope => admits(token.user_role, scope))
  if (access !== 'token' && !grants(scopes, access))
    return refuse('insufficient_scope', `this needs a token with the scope ${access}`, {
      headers: challenge('insufficient_scope', access),
    })
  return done({ token, scopes, visible: grants(scopes, 'admin') ? 'all' : { owner: token.user_id } })
}

/** A revoked token, and one of a disabled user, is answered like one that never was. */
const unknownToken = () =>
  refuse('unauthenticated', 'this token is not valid', { headers: challenge('invalid_token') })

/** RFC 6750, section 3: no error code where no token was sent. */
function challenge(error?: 'invalid_token' | 'insufficient_scope', scope?: Scope): Record<string, string> {
  const parts = ['realm="debug-server"']
  if (error !== undefined) parts.push(`error="${error}"`)
  if (scope !== undefined) parts.push(`scope="${scope}"`)
  return { 'www-authenticate': `Bearer ${parts.join(', ')}` }
}
