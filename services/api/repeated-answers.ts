import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../lib/clock.ts'
import { note, type Subject, subjectOf } from '../../lib/subject.ts'
import type { OperationName } from '../contract/contract.ts'
import type { Store } from '../store/store.ts'
import type { Caller } from './access.ts'

/** What is read of the store alone, so that it is answered alike for as long as nothing is written there. */
const repeated: ReadonlySet<OperationName> = new Set<OperationName>([
  ...(['sessions.get', 'sessions.list', 'commands.get', 'commands.list'] as const),
])

/** How many answers are kept at the most, and of how many characters each. */
const most = 1_000
const longest = 32 * 1_024

/** As it is sent, and what is known of who has asked for what. */
export type SentAnswer = { readonly json: string; readonly etag: string | undefined }
type Answer = { readonly caller: Caller; readonly subject: Subject; readonly sent: SentAnswer }

/**
 * Answers that are given again to who asks for the same with the same token while nothing has been written: programs that wait
 * for something ask again and again. Whatever decides on an answer, rights included, stands in the store.
 */
export class RepeatedAnswers {
  readonly #store: Store
  readonly #clock: Clock
  readonly #answers = new Map<string, Answer>()
  /** The store's version as each request came whose answer may be kept. */
  readonly #asked = new WeakMap<FastifyRequest, number>()
  #version: number | undefined

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The answer to this request, where it has been given before. */
  find(name: OperationName, request: FastifyRequest): Answer | undefined {
    const key = keyOf(name, request)
    if (key === undefined) return undefined
    const version = this.#store.version()
    if (version !== this.#version) this.#answers.clear()
    this.#version = version
    const answer = this.#answers.get(key)
    if (answer === undefined || this.#hasExpired(answer.caller)) {
      this.#asked.set(request, version)
      return undefined
    }
    note(answer.subject)
    return answer
  }

  keep(name: OperationName, request: FastifyRequest, caller: Caller, sent: SentAnswer): void {
    const key = keyOf(name, request)
    if (key === undefined || sent.json.length > longest || caller.credential.kind !== 'token') return
    // Each look at what others have may have to be written down.
    if (caller.visible === 'all') return
    if (this.#asked.get(request) !== this.#version) return
    if (this.#answers.size >= most) this.#answers.clear()
    const { request: _, ...subject } = subjectOf() ?? {}
    this.#answers.set(key, { caller, subject, sent })
  }

  /** All else that ends a token is written. */
  #hasExpired({ credential: { expires_at } }: Caller): boolean {
    return expires_at !== null && Date.parse(expires_at) <= this.#clock.now()
  }
}

/** Undefined where the answer depends on more than what stands in it: time to wait, conditions, a cookie's page. */
function keyOf(name: OperationName, { method, url, headers }: FastifyRequest): string | undefined {
  const { authorization } = headers
  if (method !== 'GET' || !repeated.has(name) || authorization === undefined) return undefined
  if (headers['if-match'] !== undefined || url.includes('wait')) return undefined
  return `${url} ${authorization}`
}
