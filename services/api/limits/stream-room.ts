import { Tally } from '../../../lib/tally.ts'
import type { UserId } from '../../contract/ids.ts'
import type { Caller } from '../access.ts'
import { done, type Outcome, refuse } from '../outcome.ts'

/** How many streams are open: each user has room for so many, over all their tokens and sign-ins, and takes none of another's. */
export class StreamRoom {
  readonly #most: number
  readonly #open = new Tally<UserId>()

  constructor(most: number) {
    this.#most = most
  }

  /** Takes the room of one more stream until disposed. */
  enter({ credential: { user_id: user } }: Pick<Caller, 'credential'>): Outcome<Disposable> {
    const open = this.#open.of(user)
    if (open >= this.#most)
      return refuse(
        'stream_limit',
        `this user has ${open} streams open, as many as streams.per_user in the server's configuration allows: close one`,
      )
    this.#open.add(user)
    let isOpen = true
    const leave = () => {
      if (!isOpen) return
      isOpen = false
      this.#open.drop(user)
    }
    return done({ [Symbol.dispose]: leave })
  }

  /** How many users have any open. */
  get users(): number {
    return this.#open.size
  }
}
