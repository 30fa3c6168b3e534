import { Tally } from '../../../lib/tally.ts'
import type { SessionId } from '../../contract/ids.ts'
import { done, type Outcome, refuse } from '../outcome.ts'

/** How many tunnels lead into each session at a time. */
export class TunnelRoom {
  readonly #most: number
  readonly #open = new Tally<SessionId>()

  constructor(most: number) {
    this.#most = most
  }

  /** Takes the room of one more until disposed. */
  enter(session: SessionId): Outcome<Disposable> {
    const open = this.#open.of(session)
    if (open >= this.#most)
      return refuse(
        'stream_limit',
        `${open} tunnels lead into this session, as many as tunnels.per_session in the server's configuration allows: close one`,
      )
    this.#open.add(session)
    return done({
      [Symbol.dispose]: () => {
        this.#open.drop(session)
      },
    })
  }
}
