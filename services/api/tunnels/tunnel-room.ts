import type { SessionId } from '../../contract/ids.ts'
import { done, type Outcome, refuse } from '../outcome.ts'

/** How many tunnels lead into each session at a time. */
export class TunnelRoom {
  readonly #most: number
  readonly #open = new Map<SessionId, number>()

  constructor(most: number) {
    this.#most = most
  }

  /** Takes the room of one more until disposed. */
  enter(session: SessionId): Outcome<Disposable> {
    const open = this.#open.get(session) ?? 0
    if (open >= this.#most)
      return refuse(
        'stream_limit',
        `${open} tunnels lead into this session, as many as tunnels.per_session in the server's configuration allows: close one`,
      )
    this.#open.set(session, open + 1)
    return done({
      [Symbol.dispose]: () => {
        const left = (this.#open.get(session) ?? 1) - 1
        if (left === 0) this.#open.delete(session)
        else this.#open.set(session, left)
      },
    })
  }
}
