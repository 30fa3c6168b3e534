import type { Logger } from 'pino'
import { type Clock, toInstant } from '../../lib/clock.ts'
import type { TokenId } from '../contract/ids.ts'
import type { Credential } from '../store/credentials.ts'
import type { Store } from '../store/store.ts'
import { touchToken } from '../store/tokens.ts'

/** Each use within this time, in milliseconds, counts as one. */
const interval = 60_000

/** Notes when tokens are used, after the answer, so that no request waits for a write of its own bookkeeping. */
export class TokenUse implements AsyncDisposable {
  readonly #deps: { store: Store; clock: Clock; log: Logger }
  readonly #noted = new Map<TokenId, number>()
  readonly #writing = new Set<Promise<void>>()

  constructor(deps: { store: Store; clock: Clock; log: Logger }) {
    this.#deps = deps
  }

  /** Of a sign-in its last refresh tells. */
  note(token: Credential): void {
    if (token.kind !== 'token') return
    const { store, clock, log } = this.#deps
    const now = clock.now()
    if (now - (this.#noted.get(token.id) ?? Number.NEGATIVE_INFINITY) < interval) return
    this.#noted.set(token.id, now)
    const writing = touchToken(store, token, toInstant(now))
      .catch(error => log.warn({ err: error, token: token.id }, 'the use of a token was not noted'))
      .finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#writing)
  }
}
