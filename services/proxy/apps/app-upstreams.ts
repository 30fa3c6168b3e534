import type { AppPlace } from '../../contract/app-origin.ts'
import type { Store } from '../../store/store.ts'
import { Upstream } from '../upstream/upstream.ts'
import { dialApp } from './dial-app.ts'

/** How long an app may say nothing of an answer, in milliseconds: pages wait for what takes long. */
const usualAnswerMs = 300_000

/** Connections to apps, kept for the next request; each is made by way of a runner. */
export class AppUpstreams implements Disposable {
  readonly #store: Store
  readonly #answerMs: number
  /** Those that have connections. */
  readonly #upstreams = new Map<string, Upstream>()

  constructor(store: Store, answerMs = usualAnswerMs) {
    this.#store = store
    this.#answerMs = answerMs
  }

  /** `patienceMs`: how long a request waits for an app that starts. */
  of(place: AppPlace, patienceMs: number): Upstream {
    const key = `${place.app} ${place.session} ${patienceMs}`
    const known = this.#upstreams.get(key)
    if (known !== undefined) return known
    const dial = async (gone: AbortSignal) => {
      const socket = await dialApp(this.#store, place, patienceMs, gone)
      // As with any other connection, an app that ends its side has ended.
      socket.allowHalfOpen = false
      return socket
    }
    const upstream = new Upstream(dial, { answer: this.#answerMs }, () => {
      if (this.#upstreams.get(key) === upstream) this.#upstreams.delete(key)
    })
    this.#upstreams.set(key, upstream)
    return upstream
  }

  [Symbol.dispose](): void {
    for (const upstream of this.#upstreams.values()) upstream[Symbol.dispose]()
  }
}
