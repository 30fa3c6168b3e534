import type { Clock } from '../../../lib/clock.ts'
import { type SignInId, signInId, type UserId } from '../../contract/ids.ts'
import type { Store } from '../../store/store.ts'
import { SignedTokens } from './signed-tokens.ts'

/** How long an access token is good for, in seconds. Its sign-in is looked up at each use all the same. */
export const accessTokenLife = 900

export type ReadAccessToken =
  | { readonly outcome: 'valid'; readonly signIn: SignInId }
  | { readonly outcome: 'expired' | 'invalid' }

/** Tokens that name a sign-in (RFC 9068): short-lived, and worthless without that. */
export class AccessTokens {
  readonly #tokens: SignedTokens

  constructor(deps: { store: Store; clock: Clock }) {
    this.#tokens = new SignedTokens(deps, { typ: 'at+jwt', life: accessTokenLife })
  }

  issue(signIn: SignInId, user: UserId): Promise<string> {
    return this.#tokens.sign(user, signIn)
  }

  async read(token: string): Promise<ReadAccessToken> {
    const read = await this.#tokens.read(token)
    if (read.outcome !== 'valid') return read
    const signIn = signInId.schema.safeParse(read.id)
    return signIn.success ? { outcome: 'valid', signIn: signIn.data } : { outcome: 'invalid' }
  }
}

/** Whether it has the form of one; a personal access token has not. */
export const isAccessToken = (secret: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(secret)
