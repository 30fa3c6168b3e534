import { oncePer } from '../../lib/once-per.ts'
import { type CredentialId, isSignInId } from '../contract/ids.ts'
import type { SignInJoined, TokenJoined } from './rows.ts'
import { getSignIn } from './sign-ins.ts'
import type { Store } from './store.ts'
import { findTokenBySecret, getToken } from './tokens.ts'

/** What a request proves with who asks, with what is asked of its user at each use. */
export type Credential =
  | ({ readonly kind: 'token' } & TokenJoined)
  | ({ readonly kind: 'sign_in' } & SignInJoined)

/** As it stands now; revoked and expired ones included. */
export async function getCredential(store: Store, id: CredentialId): Promise<Credential | undefined> {
  if (!isSignInId(id)) return asToken(await getToken(store, id))
  const signIn = await getSignIn(store, id)
  return signIn && { kind: 'sign_in', ...signIn }
}

/** The personal access token with this secret. */
export const credentialBySecret = async (store: Store, secret: string): Promise<Credential | undefined> =>
  asToken(await findTokenBySecret(store, secret))

const asToken = (token: TokenJoined | undefined): Credential | undefined => token && tokenCredential(token)

const tokenCredential = oncePer((token: TokenJoined): Credential => ({ kind: 'token', ...token }))
