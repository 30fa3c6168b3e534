import type { Kysely } from 'kysely'
import type { SessionId } from '../contract/ids.ts'
import type { Intake } from './intake-row.ts'
import type { Schema } from './schema.ts'

/** A connection as compiled queries use it: nothing else happens on the way (see `compiled-query.ts`). */
export type Direct = {
  /** What a statement answers with. */
  readonly ask: (sql: string, parameters: readonly unknown[]) => unknown[]
  /** How many rows it has changed so far, but for those that others brought with them. */
  readonly rowChanges: () => number
  /** Those among them that what is recalled may tell of (see `recall.ts`). */
  readonly recallableChanges: () => number
  readonly isInTransaction: () => boolean
}

/** What is remembered of a session until a transaction is over: see `session-intake.ts`. */
export type Notes = {
  readonly intakes: Map<SessionId, { readonly intake: Intake; readonly changes: number }>
  /** Differs once the transaction has changed anything else than what is new in the queue of commands. */
  readonly changes: () => number
}

type Known = { readonly direct: Direct; readonly isTransaction: boolean; readonly notes?: Notes }

const known = new WeakMap<object, Known>()

/** Has the compiled queries of a database go straight to its connection, as long as no transaction is open there. */
export const readDirectly = (database: Kysely<Schema>, direct: Direct): void =>
  void known.set(database, { direct, isTransaction: false })

/** The same of a transaction, until this is disposed of. `takesNotes`: nothing of it is taken back unless all of it is. */
export function writeDirectly(
  transaction: Kysely<Schema>,
  direct: Direct,
  { takesNotes }: { readonly takesNotes: boolean },
): Disposable {
  const notes = { intakes: new Map(), changes: direct.recallableChanges }
  known.set(transaction, { direct, isTransaction: true, ...(takesNotes ? { notes } : {}) })
  return { [Symbol.dispose]: () => void known.delete(transaction) }
}

export const notesOf = (transaction: Kysely<Schema>): Notes | undefined => known.get(transaction)?.notes

/** Undefined where a query has to wait for its turn. */
export function directly(database: Kysely<Schema>): Direct | undefined {
  const found = known.get(database)
  if (found === undefined) return undefined
  return found.isTransaction || !found.direct.isInTransaction() ? found.direct : undefined
}
