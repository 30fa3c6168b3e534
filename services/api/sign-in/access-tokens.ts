import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../../../lib/clock.ts'
import { type SignInId, signInId, type UserId } from '../../contract/ids.ts'
import type { Store } from '../../store/store.ts'
import { algorithm, names, Signing } from './signing.ts'

/** How long an access token is good for, in seconds. Its sign-in is looked up at each use all the same. */
export const accessTokenLife = 900

/** RFC 9068: no other kind of token can be taken for one. */
const typ = 'at+jwt'

export type ReadAccessToken =
  | { readonly outcome: 'valid'; readonly signIn: SignInId }
  | { readonly outcome: 'expired' | 'invalid' }

/** JSON Web Tokens (RFC 7519) that name a sign-in: short-lived, and worthless without that. */
export class AccessTokens {
  readonly #clock: Clock
  readonly #signing: Signing

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#clock = clock
    this.#signing = new Signing(store)
  }

  async issue(signIn: SignInId, user: UserId): Promise<string> {
    const now = Math.floor(this.#clock.now() / 1_000)
    return new SignJWT()
      .setProtectedHeader({ alg: algorithm, typ })
      .setIssuer(names.issuer)
      .setAudience(names.audience)
      .setSubject(user)
      .setJti(signIn)
      .setIssuedAt(now)
      .setExpirationTime(now + accessTokenLife)
      .sign(await this.#signing.key())
  }

  async read(token: string): Promise<ReadAccessToken> {
    try {
      const { payload } = await jwtVerify(token, await this.#signing.key(), {
        ...names,
        typ,
        algorithms: [algorithm],
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(this.#clock.now()),
      })
      const signIn = signInId.schema.safeParse(payload.jti)
      return signIn.success ? { outcome: 'valid', signIn: signIn.data } : { outcome: 'invalid' }
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { outcome: 'expired' }
      if (error instanceof errors.JOSEError) return { outcome: 'invalid' }
      throw error
    }
  }
}

/** Whether it has the form of one; a personal access token has not. */
export const isAccessToken = (secret: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(secret)
