import { type Clock, type Stopwatch, toInstant } from '../../../lib/clock.ts'
import type { SessionId } from '../../contract/ids.ts'
import { forgetRemoved } from '../../store/changes.ts'
import {
  expiredSessions,
  removeEndedBefore,
  sessionsToCheck,
  stopExpired,
  stopWhereIdle,
} from '../../store/session-life.ts'
import type { RunnerContext } from '../context.ts'
import { cautiousClock } from './cautious-clock.ts'

export type SessionKeeperOptions = {
  readonly stopwatch: Stopwatch
  /** How long what has ended is kept, in milliseconds; 0: any time. */
  readonly retainMs: number
}

/** The pauses between two looks, in milliseconds: at whose time is over, and at what has ended long ago. */
const lifePause = 1_000
const retentionPause = 60_000

/** Of how many sessions it is known that they were removed, for who asks what has changed. */
const removedKept = 10_000

/**
 * Has sessions stopped whose time is over or in which nothing happens, and removed that ended long ago. It only says so
 * in the store, as a client would: the reconciler does the rest. That a session expires is told as an instant, and
 * follows the clock on the wall; the others are spans, counted with care.
 */
export class SessionKeeper {
  readonly #context: RunnerContext
  readonly #options: SessionKeeperOptions
  readonly #cautious: Clock
  #looked = Number.NEGATIVE_INFINITY
  #retained = Number.NEGATIVE_INFINITY

  constructor(context: RunnerContext, options: SessionKeeperOptions) {
    this.#context = context
    this.#options = options
    this.#cautious = cautiousClock(context.clock, options.stopwatch)
  }

  /** To be called often; looks no more than once a second. */
  async look(): Promise<void> {
    const elapsed = this.#options.stopwatch.elapsed()
    if (elapsed - this.#looked < lifePause) return
    this.#looked = elapsed
    await this.#stopOver()
    if (elapsed - this.#retained < retentionPause) return
    this.#retained = elapsed
    await forgetRemoved(this.#context.store, removedKept)
    if (this.#options.retainMs === 0) return
    const end = toInstant(this.#cautious.now() - this.#options.retainMs)
    for (const id of await removeEndedBefore(this.#context.store, end)) this.#context.changed({ session: id })
  }

  async #stopOver(): Promise<void> {
    const { store, clock } = this.#context
    const now = () => toInstant(clock.now())
    for (const id of await expiredSessions(store, now()))
      if (await stopExpired(store, id, now())) this.#stopped(id, 'expired')
    const by = toInstant(this.#cautious.now())
    for (const id of await sessionsToCheck(store, by))
      if (await stopWhereIdle(store, id, by, now())) this.#stopped(id, 'idle')
  }

  #stopped(session: SessionId, reason: 'expired' | 'idle'): void {
    this.#context.log.info({ session, reason }, 'a session is over')
    this.#context.changed({ session })
  }
}
