import type { Logger } from 'pino'
import { endMarked } from '../../../lib/processes/end-marked.ts'
import { isAlive } from '../../../lib/processes/identity.ts'
import { endRunner, listRunners, type RegisteredRunner } from '../../store/runners.ts'
import { hostIdentity } from './host-identity.ts'
import { Registration, type RegistrationDependencies } from './lease.ts'
import { expired, renewalPause, type Sighting, sightings } from './lease-rules.ts'

export type LeaseDependencies<Work> = RegistrationDependencies & {
  log: Logger
  /** Begins what is done under a registration. Disposing of it gives all of it up; then nothing of it goes on. */
  begin: (registration: Registration) => Work
  /** There may be work: this runner has a lease anew, or another's has ended. */
  wake: () => void
}

/**
 *     registered → held → lost → given up → registered anew, under a higher token
 *
 * `lost`: it was not renewed in time, or another has ended it. What belongs to a registration ends with it: its work, its
 * fetches, its helpers and their mark. This keeps a runner registered, renews by heartbeats, and watches the others.
 */
export class RunnerLease<Work extends AsyncDisposable> implements AsyncDisposable {
  readonly #deps: LeaseDependencies<Work>
  #current: { readonly registration: Registration; readonly work: Work }
  #seen: ReadonlyMap<number, Sighting> = new Map()
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined
  #watching: Promise<void> | undefined
  #closed = false

  private constructor(deps: LeaseDependencies<Work>, registration: Registration) {
    this.#deps = deps
    this.#current = { registration, work: deps.begin(registration) }
  }

  /** Registers, and ends runners that are known to be gone: their work is free before this resolves. */
  static async take<Work extends AsyncDisposable>(deps: LeaseDependencies<Work>): Promise<RunnerLease<Work>> {
    const registration = await Registration.take(deps, () => void lease.beat())
    const lease = new RunnerLease(deps, registration)
    await lease.#watchOthers()
    lease.#schedule()
    return lease
  }

  get registration(): Registration {
    return this.#current.registration
  }

  /** What is done under the present registration. */
  get work(): Work {
    return this.#current.work
  }

  /**
   * One heartbeat, which comes by itself often enough, and a look at the others. Waits for what is under way instead of
   * beginning another. The next heartbeat does not wait for the look: to end what a runner left may take longer.
   */
  beat(): Promise<void> {
    this.#beating ??= this.#renew()
      .catch(error => this.#deps.log.warn({ err: error }, 'the lease could not be renewed'))
      .finally(() => {
        this.#beating = undefined
        this.#schedule()
      })
    return this.#beating.then(() => this.#watch())
  }

  /** Gives all work up and ends the lease in order: what it covered is free at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#beating
    await this.#watching
    await this.#giveUp()
  }

  #schedule(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    const pause = renewalPause(this.#deps.termMs)
    // A renewal that has taken longer than the term has renewed nothing: the next one comes soon.
    this.#timer = setTimeout(() => void this.beat(), this.registration.inTime() ? pause : pause / 10)
  }

  async #renew(): Promise<void> {
    if (this.#closed || (await this.registration.renew())) return
    const { log, begin, wake } = this.#deps
    log.warn({ token: this.registration.token }, 'the lease was lost: giving up all work')
    this.registration.end()
    // Nobody may have taken over: what it covered is free from now on, for this runner as for any other.
    await this.#giveUp()
    const registration = await Registration.take(this.#deps, () => void this.beat())
    this.#current = { registration, work: begin(registration) }
    log.info({ token: registration.token }, 'registered anew')
    wake()
  }

  /** Work that is given up while the lease is held may still write what is true. */
  async #giveUp(): Promise<void> {
    await this.work[Symbol.asyncDispose]()
    this.registration.end()
    await endRunner(this.#deps.store, this.registration.token)
  }

  async #watch(): Promise<void> {
    if (this.#closed) return
    this.#watching ??= this.#watchOthers()
      .catch(error => this.#deps.log.warn({ err: error }, 'the other runners could not be looked at'))
      .finally(() => {
        this.#watching = undefined
      })
    await this.#watching
  }

  async #watchOthers(): Promise<void> {
    const { store, stopwatch, wake, log } = this.#deps
    const others = (await listRunners(store)).filter(({ token }) => token !== this.registration.token)
    const now = stopwatch.elapsed()
    this.#seen = sightings(this.#seen, others, now)
    for (const other of expired(others, this.#seen, now, isGone)) {
      const helpers = new Set(other.host === hostIdentity() ? [other.process_scope] : [])
      // What its helpers still do would be in the way of whoever takes its work. One that may be there still is ended
      // first, for until then it may renew its lease, and nothing of it may be touched.
      if (isGone(other)) await endMarked(helpers)
      if (!(await endRunner(store, other.token, other.beats))) continue
      await endMarked(helpers)
      log.warn({ runner: other.instance_id, token: other.token }, 'a runner is gone: its work is free')
      wake()
    }
  }
}

/** Whether its process is known to have ended, which only its own host can tell. */
const isGone = ({ host, pid, process_started }: RegisteredRunner): boolean =>
  host === hostIdentity() && !isAlive({ pid, startTime: process_started })
