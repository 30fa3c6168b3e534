import type { Logger } from 'pino'
import { type Clock, type Stopwatch, toInstant } from '../../../lib/clock.ts'
import { endMarked } from '../../../lib/processes/end-marked.ts'
import { identify, isAlive } from '../../../lib/processes/identity.ts'
import type { InstanceId, RunnerToken } from '../../contract/ids.ts'
import {
  endRunner,
  listRunners,
  type RegisteredRunner,
  registerRunner,
  renewRunner,
} from '../../store/runners.ts'
import type { Store } from '../../store/store.ts'
import { hostIdentity } from './host-identity.ts'
import { expired, mayAct, renewalPause, type Sighting, sightings } from './lease-rules.ts'

export type LeaseDependencies = {
  store: Store
  clock: Clock
  stopwatch: Stopwatch
  log: Logger
  instance: InstanceId
  termMs: number
  /** The mark of the helpers that this runner starts. */
  processScope: string
  /** Gives up all work; resolves when nothing of it goes on. */
  giveUp: () => Promise<void>
  /** There may be work: this runner has a lease anew, or another's has ended. */
  wake: () => void
}

/** Thrown where a runner was about to act on what may be another's by now. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
}

/**
 *     registered → held ⇄ lost
 *
 * `lost`: it was not renewed in time, or another has ended it. All work is given up, then the runner registers anew,
 * under a higher token.
 */
type State = { kind: 'held'; token: RunnerToken; renewed: number } | { kind: 'lost' }

/** What the runner's parts see of its lease. */
export type Lease = {
  readonly token: RunnerToken
  /** Whether what is leased is this runner's now. To be asked in the same breath as it is acted on. */
  held(): boolean
  /** Throws a LeaseLostError unless it is held. */
  require(): void
  /** A write was refused: has the lease looked at now. */
  doubt(): void
}

/** This runner's registration: renewed by heartbeats, watched, and watching the others. */
export class RunnerLease implements Lease, AsyncDisposable {
  readonly #deps: LeaseDependencies
  #token: RunnerToken
  #state: State
  #seen: ReadonlyMap<number, Sighting> = new Map()
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined
  #watching: Promise<void> | undefined
  #closed = false

  private constructor(deps: LeaseDependencies, token: RunnerToken, renewed: number) {
    this.#deps = deps
    this.#token = token
    this.#state = { kind: 'held', token, renewed }
  }

  /** Registers, and ends runners that are known to be gone: their work is free before this resolves. */
  static async take(deps: LeaseDependencies): Promise<RunnerLease> {
    const lease = new RunnerLease(deps, ...(await register(deps)))
    await lease.#watchOthers()
    lease.#schedule()
    return lease
  }

  get token(): RunnerToken {
    return this.#token
  }

  held(): boolean {
    const { stopwatch, termMs } = this.#deps
    return this.#state.kind === 'held' && mayAct(this.#state.renewed, stopwatch.elapsed(), termMs)
  }

  require(): void {
    if (!this.held()) throw new LeaseLostError(`the lease ${this.#token} is not held any more`)
  }

  doubt(): void {
    void this.beat()
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

  /** Ends the lease in order: what it covered is free at once. To be called when no work goes on any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#beating
    await this.#watching
    await endRunner(this.#deps.store, this.#token)
  }

  #schedule(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.beat(), renewalPause(this.#deps.termMs))
  }

  async #renew(): Promise<void> {
    const { store, clock, stopwatch } = this.#deps
    if (this.#closed) return
    if (this.#state.kind === 'held') {
      const began = stopwatch.elapsed()
      if (this.held() && (await renewRunner(store, this.#token, toInstant(clock.now()))))
        this.#state = { kind: 'held', token: this.#token, renewed: began }
      else this.#state = { kind: 'lost' }
    }
    if (this.#state.kind === 'lost') await this.#recover()
  }

  async #recover(): Promise<void> {
    const { store, log, giveUp, wake } = this.#deps
    log.warn({ token: this.#token }, 'the lease was lost: giving up all work')
    await giveUp()
    // Nobody may have taken over: what it covered is free from now on, for this runner as for any other.
    await endRunner(store, this.#token)
    const [token, renewed] = await register(this.#deps)
    this.#token = token
    this.#state = { kind: 'held', token, renewed }
    log.info({ token }, 'registered anew')
    wake()
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
    const others = (await listRunners(store)).filter(({ token }) => token !== this.#token)
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

async function register({
  store,
  clock,
  stopwatch,
  instance,
  termMs,
  processScope,
}: LeaseDependencies): Promise<[RunnerToken, renewed: number]> {
  const own = identify(process.pid)
  if (own === undefined) throw new Error('this process is not in the process table')
  const began = stopwatch.elapsed()
  const token = await registerRunner(store, {
    instance_id: instance,
    host: hostIdentity(),
    pid: own.pid,
    process_started: own.startTime,
    process_scope: processScope,
    term_ms: Math.ceil(termMs),
    now: toInstant(clock.now()),
  })
  return [token, began]
}

/** Whether its process is known to have ended, which only its own host can tell. */
const isGone = ({ host, pid, process_started }: RegisteredRunner): boolean =>
  host === hostIdentity() && !isAlive({ pid, startTime: process_started })
