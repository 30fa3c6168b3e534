import type { Logger } from 'pino'
import type { Clock } from '../../lib/clock.ts'
import { type AuditEntry, unaudited } from '../store/audit-entry.ts'
import type { Store } from '../store/store.ts'

type Dependencies = { readonly store: Store; readonly clock: Clock; readonly log: Logger }

/** How often it is written down that an administrator looks at one thing, in milliseconds: who polls pushes no other entry out. */
const interval = 3_600_000

/** So many are remembered; of those that were written longest ago there may be another entry sooner. */
const most = 10_000

/** Writes down that administrators have been told of what others have, before they are. */
export class AuditReads {
  readonly #deps: Dependencies
  /** In the order in which they were written. */
  readonly #written = new Map<string, number>()

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Of a request that has changed nothing: else its own entry tells it all. Never rejects; what could not be written is logged. */
  async add(entry: AuditEntry): Promise<void> {
    const { store, clock, log } = this.#deps
    if (entry.seen === undefined || entry.isWritten) return
    const key = `${entry.user} ${entry.seen}`
    const now = clock.now()
    const before = this.#written.get(key)
    // One of later than now is of before the clock was set.
    if (before !== undefined && before <= now && now - before < interval) return
    this.#written.delete(key)
    this.#written.set(key, now)
    const [oldest] = this.#written.keys()
    if (this.#written.size > most && oldest !== undefined) this.#written.delete(oldest)
    try {
      await unaudited(() => store.write(transaction => entry.write(transaction)))
    } catch (error) {
      this.#written.delete(key)
      log.warn({ err: error, seen: entry.seen }, 'that an administrator has looked was not written down')
    }
  }
}
