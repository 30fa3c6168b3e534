import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../../../lib/clock.ts'
import { type SignInId, signInId, type UserId } from '../../contract/ids.ts'
import { unaudited } from '../../store/audit-entry.ts'
import { signingKey } from '../../store/signing-key.ts'
import type { Store } from '../../store/store.ts'

/** How long an access token is good for, in seconds. Its sign-in is looked up at each use all the same. */
export const accessTokenLife = 900

const algorithm = 'HS256'
const names = { issuer: 'debug-server', audience: 'debug-server' }
/** RFC 9068: no other kind of token can be taken for one. */
const typ = 'at+jwt'

export type ReadAccessToken =
  | { readonly outcome: 'valid'; readonly signIn: SignInId }
  | { readonly outcome: 'expired' | 'invalid' }

/** JSON Web Tokens (RFC 7519) that name a sign-in: short-lived, and worthless without that. */
export class AccessTokens {
  readonly #deps: { readonly store: Store; readonly clock: Clock }
  #key: Promise<Uint8Array> | undefined

  constructor(deps: { store: Store; clock: Clock }) {
    this.#deps = deps
  }

  async issue(signIn: SignInId, user: UserId): Promise<string> {
    const now = Math.floor(this.#deps.clock.now() / 1_000)
    return new SignJWT()
      .setProtectedHeader({ alg: algorithm, typ })
      .setIssuer(names.issuer)
      .setAudience(names.audience)
      .setSubject(user)
      .setJti(signIn)
      .setIssuedAt(now)
      .setExpirationTime(now + accessTokenLife)
      .sign(await this.#signingKey())
  }

  async read(token: string): Promise<ReadAccessToken> {
    try {
      const { payload } = await jwtVerify(token, await this.#signingKey(), {
        ...names,
        typ,
        algorithms: [algorithm],
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(this.#deps.clock.now()),
      })
      const signIn = signInId.schema.safeParse(payload.jti)
      return signIn.success ? { outcome: 'valid', signIn: signIn.data } : { outcome: 'invalid' }
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { outcome: 'expired' }
      if (error instanceof errors.JOSEError) return { outcome: 'invalid' }
      throw error
    }
  }

  /** Read once, and again after a failure. */
  async #signingKey(): Promise<Uint8Array> {
    this.#key ??= unaudited(() => signingKey(this.#deps.store))
    try {
      return await this.#key
    } catch (error) {
      this.#key = undefined
      throw error
    }
  }
}

/** Whether it has the form of one; a personal access token has not. */
export const isAccessToken = (secret: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(secret)
