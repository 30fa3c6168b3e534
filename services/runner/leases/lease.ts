import { type Clock, type Stopwatch, toInstant } from '../../../lib/clock.ts'
import { identifySelf } from '../../../lib/processes/identity.ts'
import { uniqueId } from '../../../lib/processes/unique-id.ts'
import type { InstanceId, RunnerToken } from '../../contract/ids.ts'
import { registerRunner, renewRunner } from '../../store/runners.ts'
import type { Store } from '../../store/store.ts'
import { hostIdentity } from './host-identity.ts'
import { mayAct } from './lease-rules.ts'

/** Thrown where a runner was about to act on what may be another's by now. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
}

/** What the runner's parts see of its registration. Once it is told as not held, it never is again. */
export type Lease = {
  readonly token: RunnerToken
  /** Whether what is leased is this runner's now. To be asked in the same breath as it is acted on. */
  held(): boolean
  /** Throws a LeaseLostError unless it is held. */
  require(): void
  /** A write was refused: has the lease looked at now. */
  doubt(): void
}

export type RegistrationDependencies = {
  store: Store
  clock: Clock
  stopwatch: Stopwatch
  instance: InstanceId
  termMs: number
}

/** One registration of a runner, from its token to its end. */
export class Registration implements Lease {
  readonly token: RunnerToken
  /** The mark of the helpers that are started under it, and under no other. */
  readonly processScope: string
  readonly #deps: RegistrationDependencies
  readonly #doubted: () => void
  #renewed: number
  #over = false

  private constructor(
    deps: RegistrationDependencies,
    doubted: () => void,
    registered: { token: RunnerToken; processScope: string; renewed: number },
  ) {
    this.#deps = deps
    this.#doubted = doubted
    this.token = registered.token
    this.processScope = registered.processScope
    this.#renewed = registered.renewed
  }

  static async take(deps: RegistrationDependencies, doubted: () => void): Promise<Registration> {
    const { store, clock, stopwatch, instance, termMs } = deps
    const own = identifySelf()
    const processScope = uniqueId()
    const renewed = stopwatch.elapsed()
    const token = await registerRunner(store, {
      instance_id: instance,
      host: hostIdentity(),
      pid: own.pid,
      process_started: own.startTime,
      process_scope: processScope,
      term_ms: Math.ceil(termMs),
      now: toInstant(clock.now()),
    })
    return new Registration(deps, doubted, { token, processScope, renewed })
  }

  /** Whoever is told that it is not held has given up what it was about, so that it is over from then on. */
  held(): boolean {
    if (!this.inTime()) this.#over = true
    return !this.#over
  }

  /** The same, for who only waits where it is not: that does not end it. */
  inTime(): boolean {
    const { stopwatch, termMs } = this.#deps
    return !this.#over && mayAct(this.#renewed, stopwatch.elapsed(), termMs)
  }

  require(): void {
    if (!this.held()) throw new LeaseLostError(`the lease ${this.token} is not held any more`)
  }

  doubt(): void {
    this.#doubted()
  }

  /**
   * False where it is over: another runner has ended it, or somebody was told that it is not held. One that is late, as the whole
   * process or its disk has stood still, is renewed where neither has happened: nobody has taken over, and nobody has given up.
   */
  async renew(): Promise<boolean> {
    const { store, clock, stopwatch } = this.#deps
    if (this.#over) return false
    const began = stopwatch.elapsed()
    if (!(await renewRunner(store, this.token, toInstant(clock.now())))) return false
    this.#renewed = began
    return !this.#over
  }

  /** From now on it is not held. */
  end(): void {
    this.#over = true
  }
}
