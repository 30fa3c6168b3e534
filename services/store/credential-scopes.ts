import { oncePer } from '../../lib/once-per.ts'
import type { Scope } from '../contract/scopes.ts'
import { admits, signInScopes } from '../contract/user-role.ts'
import type { Credential } from './credentials.ts'
import { scopesOf } from './rows.ts'

/** All else that ends a token or sign-in is written. */
export const hasExpired = ({ expires_at }: Credential, now: number): boolean =>
  expires_at !== null && Date.parse(expires_at) <= now

/** Whether it opens anything. */
export const isUsable = (credential: Credential, now: number): boolean =>
  credential.revoked_at === null && credential.user_disabled_at === null && !hasExpired(credential, now)

/** What the role admits: of a token what it names, of a sign-in all that users of the role may. */
export const scopesHeld = oncePer((credential: Credential): readonly Scope[] =>
  credential.kind === 'token'
    ? scopesOf(credential).filter(scope => admits(credential.user_role, scope))
    : signInScopes[credential.user_role],
)
