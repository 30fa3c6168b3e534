import type { IncomingHttpHeaders } from 'node:http'
import { parseCookie } from 'cookie'
import type { Clock } from '../../lib/clock.ts'
import { bearerToken } from '../contract/bearer.ts'
import { type Credential, credentialBySecret, getCredential } from '../store/credentials.ts'
import type { Store } from '../store/store.ts'
import { challenge, tokenExpired, unknownCredential } from './challenge.ts'
import { cookieMay } from './origin.ts'
import { done, type Outcome, refuse } from './outcome.ts'
import { type AccessTokens, isAccessToken } from './sign-in/access-tokens.ts'

/** The cookie that a browser proves with who asks. */
export const authCookie = 'auth_token'

/** What is looked at of a request; `method` of an upgrade: `WEBSOCKET`, for any page may ask for one. */
export type Presenting = {
  readonly method: string
  readonly headers: Pick<IncomingHttpHeaders, 'authorization' | 'cookie' | 'origin' | 'host' | 'user-agent'>
}

export type PresentedDependencies = {
  readonly store: Store
  readonly clock: Clock
  readonly accessTokens: AccessTokens
  readonly allowedOrigins: readonly string[]
}

/**
 * What a request proves with who asks, as it stands now: undefined where it is unknown. The cookie counts only where no
 * Authorization header is there: one that is bad is answered as such.
 */
export async function presented(
  deps: PresentedDependencies,
  { method, headers }: Presenting,
): Promise<Outcome<Credential | undefined>> {
  if (headers.authorization !== undefined) {
    const secret = bearerToken(headers.authorization)
    if (secret === undefined) return nothingSent()
    if (isAccessToken(secret)) return signedIn(deps, secret)
    return done(await credentialBySecret(deps.store, secret))
  }
  const cookie = cookieIn(headers.cookie, authCookie)
  if (cookie === undefined) return nothingSent()
  const rule = { host: headers.host, allowed: deps.allowedOrigins }
  if (!cookieMay(method, headers.origin, rule)) return originRefused(headers.origin)
  return signedIn(deps, cookie)
}

async function signedIn(
  { store, accessTokens }: PresentedDependencies,
  token: string,
): Promise<Outcome<Credential | undefined>> {
  const read = await accessTokens.read(token)
  switch (read.outcome) {
    case 'valid':
      return done(await getCredential(store, read.signIn))
    case 'expired':
      return tokenExpired('the access token has expired: refresh it')
    case 'invalid':
      return unknownCredential()
  }
}

export const cookieIn = (header: string | undefined, name: string): string | undefined =>
  header === undefined ? undefined : parseCookie(header)[name]

export const originRefused = (origin: string | undefined) =>
  refuse(
    'origin_refused',
    origin === undefined
      ? 'a cookie counts for nothing here without the Origin of a page: send a token'
      : 'pages of this origin may not use cookies or tickets here: see api.allowed_origins',
  )

const nothingSent = () =>
  refuse('unauthenticated', 'send a token: Authorization: Bearer …', { headers: challenge() })
