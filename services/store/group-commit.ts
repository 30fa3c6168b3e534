import { AsyncResource } from 'node:async_hooks'
import { CompiledQuery, type Transaction } from 'kysely'
import { whileBusy } from './busy.ts'
import type { Connection } from './database.ts'
import { writeDirectly } from './direct.ts'
import type { Schema } from './schema.ts'

type Work<T> = (transaction: Transaction<Schema>) => Promise<T>

/** `committed`: after each transaction, before anybody is told what became of it. `retried`: before each repetition. */
type Told = { readonly committed: () => void; readonly retried: () => void }

/** One change, on its way to be committed. */
type Job = {
  readonly since: number
  /** Does it, and tells how to say so once it is committed. */
  readonly work: Work<() => void>
  readonly reject: (error: unknown) => void
}

/** How many changes are committed together at the most: others of this process wait as long for the database. */
const most = 50

/**
 * Commits changes one batch after the other: what has come together is committed together, for a commit takes many times as
 * long as a change. Each change stands for itself: where one fails all are done again, in savepoints, so that it undoes nothing
 * of another and is told alone. A change is told once it is committed. All of them are repeated while another process has the lock, each up to its own deadline.
 */
export class GroupCommit {
  readonly #connection: Pick<Connection, 'database' | 'direct'>
  readonly #tell: Told
  #waiting: Job[] = []
  #running: Promise<void> | undefined

  constructor(connection: Pick<Connection, 'database' | 'direct'>, tell: Told) {
    this.#connection = connection
    this.#tell = tell
  }

  /** `work` may be done several times, and whatever it waits for, all others wait for as well. */
  commit<T>(work: Work<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const context = new AsyncResource('write')
    this.#waiting.push({
      since: performance.now(),
      work: async transaction => {
        const result = await context.runInAsyncScope(work, undefined, transaction)
        return () => resolve(result)
      },
      reject,
    })
    // What is asked for in the same turn of the event loop comes together.
    this.#running ??= new Promise(setImmediate).then(() => this.#run())
    return promise
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const jobs = this.#waiting.splice(0, most)
      if (
        jobs.length > 1 &&
        ((await this.#together(inTurn, jobs)) || (await this.#together(inSavepoints, jobs)))
      )
        continue
      for (const job of jobs) await this.#alone(job)
    }
    this.#running = undefined
  }

  /** False where they have to be done in another way: nothing of them has been done. */
  async #together(all: typeof inTurn, jobs: readonly Job[]): Promise<boolean> {
    try {
      const since = Math.max(...jobs.map(job => job.since))
      const { isInTransaction } = this.#connection.direct
      const told = await this.#repeated(since, all === inTurn, transaction =>
        all(transaction, jobs, isInTransaction),
      )
      for (const tell of told) tell()
      return true
    } catch {
      return false
    }
  }

  async #alone({ since, work, reject }: Job): Promise<void> {
    try {
      const tell = await this.#repeated(since, true, work)
      tell()
    } catch (error) {
      reject(error)
    }
  }

  #repeated<T>(since: number, takesNotes: boolean, work: Work<T>): Promise<T> {
    const { database, direct } = this.#connection
    const directly: Work<T> = async transaction => {
      using _ = writeDirectly(transaction, direct, { takesNotes })
      return await work(transaction)
    }
    const once = () => database.transaction().execute(directly).finally(this.#tell.committed)
    return whileBusy(once, undefined, { since, retried: this.#tell.retried })
  }
}

/** How to tell each of them what became of it. Rejects where one fails, which is seldom: a savepoint each costs more. */
async function inTurn(
  transaction: Transaction<Schema>,
  jobs: readonly Job[],
  isInTransaction: () => boolean,
): Promise<(() => void)[]> {
  const told: (() => void)[] = []
  for (const { work } of jobs) {
    told.push(await work(transaction))
    // Whoever let an error pass that has ended it must not have the next one write without a transaction.
    if (!isInTransaction()) throw new Error('the transaction has been ended')
  }
  return told
}

/** The same where some may fail, which are told so. Rejects where one has ended the whole transaction, as a full disk does. */
async function inSavepoints(transaction: Transaction<Schema>, jobs: readonly Job[]): Promise<(() => void)[]> {
  const told: (() => void)[] = []
  for (const { work, reject } of jobs) {
    await transaction.executeQuery(begin)
    try {
      told.push(await work(transaction))
    } catch (error) {
      await transaction.executeQuery(undo)
      told.push(() => reject(error))
    }
    await transaction.executeQuery(release)
  }
  return told
}

const begin = CompiledQuery.raw('savepoint one')
const undo = CompiledQuery.raw('rollback to one')
const release = CompiledQuery.raw('release one')
