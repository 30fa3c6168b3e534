import { done, type Outcome, refuse } from '../outcome.ts'
import {
  type Cost,
  type Derive,
  defaultCost,
  hashPassword,
  isPassword,
  nobodysHash,
} from './password-hash.ts'
import { Turns } from './turns.ts'

/** Two at a time leave two threads of Node's pool for everything else. Nobody waits behind many of one address. */
const limits = { atOnce: 2, perKey: 4, total: 256 }

/** Hashes and compares passwords, a few at a time, for whoever asks from an address. */
export class Passwords {
  readonly #cost: Cost
  readonly #derive: Derive | undefined
  readonly #turns = new Turns(limits)
  /** Of nobody: what is compared where a user is not known, so that it takes as long. */
  readonly #nobodys: string

  constructor({ cost = defaultCost, derive }: { cost?: Cost; derive?: Derive } = {}) {
    this.#cost = cost
    this.#derive = derive
    this.#nobodys = nobodysHash(cost)
  }

  async hash(password: string, address: string): Promise<Outcome<string>> {
    return inTurn(this.#turns.take(address, () => hashPassword(password, this.#cost, this.#derive)))
  }

  /** Null: nobody's, which no password is. It is the same work. */
  async matches(password: string, stored: string | null, address: string): Promise<Outcome<boolean>> {
    return inTurn(
      this.#turns.take(address, () => isPassword(password, stored ?? this.#nobodys, this.#derive)),
    )
  }
}

const inTurn = async <T>(turn: Promise<T> | undefined): Promise<Outcome<T>> =>
  turn === undefined
    ? refuse('too_many_attempts', 'too many attempts at the same time: try again in a moment', {
        headers: { 'retry-after': '1' },
      })
    : done(await turn)
