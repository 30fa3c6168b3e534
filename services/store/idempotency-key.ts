import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, createHmac } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import { z } from 'zod'
import { toInstant } from '../../lib/clock.ts'
import { subjectOf } from '../../lib/subject.ts'
import {
  commandId,
  inviteId,
  repositoryId,
  sessionId,
  tokenId,
  type UserId,
  userId,
} from '../contract/ids.ts'
import { compiledQuery } from './compiled-query.ts'
import type { IdempotencyKeyRow } from './idempotency-key-row.ts'
import { rowChanges } from './row-changes.ts'
import type { Schema } from './schema.ts'

/** A request that is to be done once, however often it comes. */
export type KeyedRequest = {
  readonly user: UserId
  /** The name of an operation. */
  readonly operation: string
  /** What the client calls this request. */
  readonly key: string
  readonly input: unknown
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const madeSchema = z.object({
  repository: repositoryId.schema.optional(),
  session: sessionId.schema.optional(),
  command: commandId.schema.optional(),
  token: tokenId.schema.optional(),
  user: userId.schema.optional(),
  invite: inviteId.schema.optional(),
})

/** What a request was about when it had made what it was to make, that among it. */
export type Made = z.infer<typeof madeSchema>

/** What is known of a key: it has made something, or stands for a request with another input. */
export type KnownKey = { readonly outcome: 'made'; readonly made: Made } | { readonly outcome: 'reused' }

/** How long a key is known, in milliseconds. */
const kept = 24 * 3_600_000

const pending = new AsyncLocalStorage<IdempotencyKey | undefined>()

/** Does work under a key: the first of its transactions that changes something writes it down. */
export const underKey = <T>(key: IdempotencyKey, work: () => T): T => pending.run(key, work)

/** What the store's next transaction is to be done under; undefined without a key. */
export const pendingKey = (): IdempotencyKey | undefined => pending.getStore()

/** Rolls a transaction back that another request with the same key was faster than. */
export class KnownKeyError extends Error {
  override readonly name = 'KnownKeyError'
  readonly key: IdempotencyKey
  readonly known: KnownKey

  constructor(key: IdempotencyKey, known: KnownKey) {
    super('another request with this idempotency key was faster')
    this.key = key
    this.known = known
  }
}

export class IdempotencyKey {
  readonly #request: KeyedRequest
  /** Nothing that a client wrote is kept, and who has the store cannot try out inputs without the key. */
  readonly #row: KeyRow
  readonly #inputMac: string
  #wasAdded = false
  #isWritten = false

  constructor(request: KeyedRequest) {
    const { user, operation, key, input } = request
    this.#request = request
    this.#row = { user_id: user, operation, key_sha256: createHash('sha256').update(key).digest('hex') }
    this.#inputMac = createHmac('sha256', key).update(JSON.stringify(input)).digest('hex')
  }

  async find(database: Kysely<Schema>): Promise<KnownKey | undefined> {
    const [row] = await findQuery(database, { ...this.#row, after: this.#oldest() })
    if (row === undefined) return undefined
    if (row.input_mac !== this.#inputMac) return { outcome: 'reused' }
    return { outcome: 'made', made: madeSchema.parse(JSON.parse(row.made_json)) }
  }

  /** Does the work of a transaction, and adds the key where that has changed something. */
  async addAfter<T>(transaction: Transaction<Schema>, work: () => Promise<T>): Promise<T> {
    if (this.#isWritten) return work()
    const known = await this.find(transaction)
    if (known !== undefined) throw new KnownKeyError(this, known)
    this.#wasAdded = false
    const before = rowChanges(transaction)
    const result = await work()
    if (rowChanges(transaction) !== before) {
      await this.#add(transaction)
      this.#wasAdded = true
    }
    return result
  }

  /** That transaction has been committed. One that is rolled back may be tried again. */
  committed(): void {
    this.#isWritten ||= this.#wasAdded
  }

  /** Old ones go with each that comes, so that there are never more than were used within a day. */
  async #add(transaction: Transaction<Schema>): Promise<void> {
    await forgetQuery(transaction, { until: this.#oldest() })
    await insertQuery(transaction, {
      ...this.#row,
      input_mac: this.#inputMac,
      made_json: JSON.stringify(madeSchema.parse(subjectOf() ?? {})),
      created_at: toInstant(this.#request.now()),
    })
  }

  readonly #oldest = (): string => toInstant(this.#request.now() - kept)
}

type KeyRow = Pick<IdempotencyKeyRow, 'user_id' | 'operation' | 'key_sha256'>

const findQuery = compiledQuery<
  KeyRow & { after: string },
  Pick<IdempotencyKeyRow, 'input_mac' | 'made_json'>
>((database, parameter) =>
  database
    .selectFrom('idempotency_keys')
    .select(['input_mac', 'made_json'])
    .where('user_id', '=', parameter('user_id'))
    .where('operation', '=', parameter('operation'))
    .where('key_sha256', '=', parameter('key_sha256'))
    .where('created_at', '>', parameter('after')),
)

const forgetQuery = compiledQuery<{ until: string }, unknown>((database, parameter) =>
  database.deleteFrom('idempotency_keys').where('created_at', '<=', parameter('until')),
)

const insertQuery = compiledQuery<IdempotencyKeyRow, unknown>((database, parameter) =>
  database.insertInto('idempotency_keys').values({
    user_id: parameter('user_id'),
    operation: parameter('operation'),
    key_sha256: parameter('key_sha256'),
    input_mac: parameter('input_mac'),
    made_json: parameter('made_json'),
    created_at: parameter('created_at'),
  }),
)
