import type { Credential } from '../store/credentials.ts'
import type { Store } from '../store/store.ts'
import type { Presenting } from './presented.ts'

/** So many are kept at the most. */
const most = 1_000

/**
 * The tokens that requests came with, by the header that they came in, for as long as nothing is written that callers are judged
 * by: whoever asks again is judged at once, by the same row.
 */
export class KnownCredentials {
  readonly #store: Pick<Store, 'recalled'>
  readonly #known = new Map<string, Credential>()
  #version: number | undefined

  constructor(store: Pick<Store, 'recalled'>) {
    this.#store = store
  }

  find({ headers: { authorization } }: Presenting): Credential | undefined {
    const version = this.#store.recalled()
    if (version !== this.#version) this.#known.clear()
    this.#version = version
    return authorization === undefined ? undefined : this.#known.get(authorization)
  }

  /** What was presented since `find`, which told of none. Whatever else proves who asks ends by itself. */
  keep({ headers: { authorization } }: Presenting, credential: Credential): void {
    if (authorization === undefined || credential.kind !== 'token') return
    if (this.#store.recalled() !== this.#version) return
    if (this.#known.size >= most) this.#known.clear()
    this.#known.set(authorization, credential)
  }
}
