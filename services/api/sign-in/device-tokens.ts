import { randomBytes } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../../../lib/clock.ts'
import type { UserId } from '../../contract/ids.ts'
import type { Store } from '../../store/store.ts'
import { algorithm, names, Signing } from './signing.ts'

/** For how long a client is known again, in seconds: the most that browsers keep a cookie. */
export const deviceLife = 400 * 86_400

const typ = 'device+jwt'

/**
 * What tells a client in which a user has signed in before from all others at its address, so that nobody there can keep it
 * out by failing often. It opens nothing: who has one has as many attempts as anybody, of their own.
 */
export class DeviceTokens {
  readonly #clock: Clock
  readonly #signing: Signing

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#clock = clock
    this.#signing = new Signing(store)
  }

  async issue(user: UserId): Promise<string> {
    const now = Math.floor(this.#clock.now() / 1_000)
    return new SignJWT()
      .setProtectedHeader({ alg: algorithm, typ })
      .setIssuer(names.issuer)
      .setAudience(names.audience)
      .setSubject(user)
      .setJti(randomBytes(16).toString('base64url'))
      .setIssuedAt(now)
      .setExpirationTime(now + deviceLife)
      .sign(await this.#signing.key())
  }

  /** Which device it is, where the user has signed in there; undefined for any other token. */
  async read(token: string, user: UserId): Promise<string | undefined> {
    try {
      const { payload } = await jwtVerify(token, await this.#signing.key(), {
        ...names,
        typ,
        algorithms: [algorithm],
        requiredClaims: ['exp', 'jti'],
        subject: user,
        currentDate: new Date(this.#clock.now()),
      })
      return payload.jti
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
}
