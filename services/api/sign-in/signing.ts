import { unaudited } from '../../store/audit-entry.ts'
import { signingKey } from '../../store/signing-key.ts'
import type { Store } from '../../store/store.ts'

/** One algorithm, issuer and audience of all that is signed: none of the words of a token's header is believed. */
export const algorithm = 'HS256'
export const names = { issuer: 'debug-server', audience: 'debug-server' }

/** The key that tokens are signed with, read from the store once, and again after a failure. */
export class Signing {
  readonly #store: Store
  #key: Promise<Uint8Array> | undefined

  constructor(store: Store) {
    this.#store = store
  }

  async key(): Promise<Uint8Array> {
    this.#key ??= unaudited(() => signingKey(this.#store))
    try {
      return await this.#key
    } catch (error) {
      this.#key = undefined
      throw error
    }
  }
}
