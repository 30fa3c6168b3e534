import type { Logger } from 'pino'
import { type Clock, toInstant } from '../../../lib/clock.ts'
import { note } from '../../../lib/subject.ts'
import type { OperationName } from '../../contract/contract.ts'
import type { UserId } from '../../contract/ids.ts'
import type { Store } from '../../store/store.ts'
import { writeAudit } from '../../store/write-audit.ts'

type Dependencies = { readonly store: Store; readonly clock: Clock; readonly log: Logger }

/** How often it is written down of one user, in milliseconds: who tries again and again pushes no other entry out. */
const interval = 60_000

/**
 * Writes down that somebody was not let in as a user who is there: beside the answer, which takes no longer for a user
 * who is there than for one who is not.
 */
export class AuditRefusals implements AsyncDisposable {
  readonly #deps: Dependencies
  readonly #written = new Map<UserId, number>()
  readonly #writing = new Set<Promise<void>>()

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  add(user: UserId, operation: OperationName, address: string | null): void {
    const { store, clock, log } = this.#deps
    const now = clock.now()
    note({ user })
    if (now - (this.#written.get(user) ?? Number.NEGATIVE_INFINITY) < interval) return
    this.#written.set(user, now)
    const entry = {
      user: null,
      credential: null,
      operation,
      address,
      refused: true,
      now: () => toInstant(now),
    }
    const writing = store
      .write(transaction => writeAudit(transaction, entry))
      .catch(error => log.warn({ err: error, user }, 'that a user was not let in was not written down'))
      .finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#writing)
  }
}
