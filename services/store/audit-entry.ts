import { AsyncLocalStorage } from 'node:async_hooks'
import type { Kysely, Transaction } from 'kysely'
import type { CredentialId, UserId } from '../contract/ids.ts'
import { rowChanges } from './row-changes.ts'
import type { Schema } from './schema.ts'
import { writeAudit } from './write-audit.ts'

/** Who has something changed. */
export type Actor = {
  readonly user: UserId
  /** What they proved that with. */
  readonly credential: CredentialId
  /** What they asked for: the name of an operation. */
  readonly operation: string
  /** Where from: the address of the connection. */
  readonly address: string | null
  readonly now: () => string
}

const pending = new AsyncLocalStorage<AuditEntry | undefined>()

/**
 * Does what somebody asked for. The first transaction of it that changes something also writes down who asked for what,
 * and about what (`lib/subject.ts`): there is no change without an entry, and no entry without a change, whatever is
 * killed in between.
 */
export const audited = <T>(actor: Actor, work: () => T): T => writtenTo(new AuditEntry(actor), work)

/** The same, with an entry that one wants to look at afterwards. */
export const writtenTo = <T>(entry: AuditEntry, work: () => T): T => pending.run(entry, work)

/** Notes that what is being done tells somebody of what is another's; `thing`: which. The first one counts. */
export const noteSeen = (thing: string): void => pending.getStore()?.see(thing)

/** Does what nobody has to answer for, such as noting that something is in use. */
export const unaudited = <T>(work: () => T): T => pending.run(undefined, work)

/** What the store's next transaction is to write down besides; undefined where nothing is. */
export function pendingEntry(): AuditEntry | undefined {
  const entry = pending.getStore()
  return entry?.isWritten === false ? entry : undefined
}

export class AuditEntry {
  readonly #actor: Actor
  #wasAdded = false
  #isWritten = false
  #seen: string | undefined

  constructor(actor: Actor) {
    this.#actor = actor
  }

  get user(): UserId {
    return this.#actor.user
  }

  /** What of another's it has been told of. */
  get seen(): string | undefined {
    return this.#seen
  }

  see(thing: string): void {
    this.#seen ??= thing
  }

  get isWritten(): boolean {
    return this.#isWritten
  }

  /** Does the work of a transaction, and adds the entry where that has changed something. */
  async addAfter<T>(transaction: Transaction<Schema>, work: () => Promise<T>): Promise<T> {
    this.#wasAdded = false
    const before = rowChanges(transaction)
    const result = await work()
    if (rowChanges(transaction) !== before) {
      await writeAudit(transaction, this.#actor)
      this.#wasAdded = true
    }
    return result
  }

  /** Writes it whether or not anything has changed. */
  write(transaction: Kysely<Schema>): Promise<void> {
    return writeAudit(transaction, this.#actor)
  }

  /** That transaction has been committed. One that is rolled back may be tried again. */
  committed(): void {
    this.#isWritten = this.#wasAdded
  }
}
