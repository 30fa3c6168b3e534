import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../lib/clock.ts'
import type { UserId } from '../../contract/ids.ts'
import type { Store } from '../../store/store.ts'
import { SignedTokens } from './signed-tokens.ts'

/** For how long a client is known again, in seconds: the most that browsers keep a cookie. */
export const deviceLife = 400 * 86_400

/**
 * What tells a client in which a user has signed in before from all others at its address, so that nobody there can keep it
 * out by failing often. It opens nothing: who has one has as many attempts as anybody, of their own.
 */
export class DeviceTokens {
  readonly #tokens: SignedTokens

  constructor(deps: { store: Store; clock: Clock }) {
    this.#tokens = new SignedTokens(deps, { typ: 'device+jwt', life: deviceLife })
  }

  issue(user: UserId): Promise<string> {
    return this.#tokens.sign(user, randomBytes(16).toString('base64url'))
  }

  /** Which device it is, where the user has signed in there; undefined for any other token. */
  async read(token: string, user: UserId): Promise<string | undefined> {
    const read = await this.#tokens.read(token, user)
    return read.outcome === 'valid' ? read.id : undefined
  }
}
