import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../../../lib/clock.ts'
import type { UserId } from '../../contract/ids.ts'
import { tokenIssuer } from '../../contract/token-issuer.ts'
import { unaudited } from '../../store/audit-entry.ts'
import { signingKey } from '../../store/signing-key.ts'
import type { Store } from '../../store/store.ts'

/** One algorithm, issuer and audience of all that is signed: none of the words of a token's header is believed. */
const algorithm = 'HS256'
const names = { issuer: tokenIssuer, audience: tokenIssuer }

export type ReadToken =
  | { readonly outcome: 'valid'; readonly id: string }
  | { readonly outcome: 'expired' | 'invalid' }

/** `typ`: RFC 8725, section 3.11: no kind of token can be taken for another. `life`: in seconds. */
export type TokenKind = { readonly typ: string; readonly life: number }

/** JSON Web Tokens (RFC 7519) of one kind, each with the user that it is about and an id. */
export class SignedTokens {
  readonly #store: Store
  readonly #clock: Clock
  readonly #kind: TokenKind
  /** Read from the store once, and again after a failure. */
  #key: Promise<Uint8Array> | undefined

  constructor({ store, clock }: { store: Store; clock: Clock }, kind: TokenKind) {
    this.#store = store
    this.#clock = clock
    this.#kind = kind
  }

  async sign(user: UserId, id: string): Promise<string> {
    const now = Math.floor(this.#clock.now() / 1_000)
    return new SignJWT()
      .setProtectedHeader({ alg: algorithm, typ: this.#kind.typ })
      .setIssuer(names.issuer)
      .setAudience(names.audience)
      .setSubject(user)
      .setJti(id)
      .setIssuedAt(now)
      .setExpirationTime(now + this.#kind.life)
      .sign(await this.#signingKey())
  }

  /** `user`: whom it has to be about; anybody where that is left out. */
  async read(token: string, user?: UserId): Promise<ReadToken> {
    try {
      const { payload } = await jwtVerify(token, await this.#signingKey(), {
        ...names,
        typ: this.#kind.typ,
        algorithms: [algorithm],
        requiredClaims: ['exp', 'jti'],
        ...(user === undefined ? {} : { subject: user }),
        currentDate: new Date(this.#clock.now()),
      })
      return typeof payload.jti === 'string' ? { outcome: 'valid', id: payload.jti } : { outcome: 'invalid' }
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { outcome: 'expired' }
      if (error instanceof errors.JOSEError) return { outcome: 'invalid' }
      throw error
    }
  }

  async #signingKey(): Promise<Uint8Array> {
    this.#key ??= unaudited(() => signingKey(this.#store))
    try {
      return await this.#key
    } catch (error) {
      this.#key = undefined
      throw error
    }
  }
}
