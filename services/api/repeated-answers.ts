import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../lib/clock.ts'
import { note, type Subject, subjectOf } from '../../lib/subject.ts'
import type { OperationName } from '../contract/contract.ts'
import { hasExpired } from '../store/credential-scopes.ts'
import type { Store } from '../store/store.ts'
import type { Caller } from './access.ts'

/** What is read of the store alone, so that it is answered alike for as long as nothing is written there. */
const repeated: ReadonlySet<OperationName> = new Set<OperationName>([
  ...(['sessions.get', 'sessions.list', 'commands.get', 'commands.list'] as const),
])

/** How many characters of answers and of what was asked are kept at the most, and how many of each. */
const most = 8 * 1_024 * 1_024
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
  #size = 0

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The answer to this request, where it has been given before. It has been read whole before this is asked. */
  find(name: OperationName, request: FastifyRequest): Answer | undefined {
    const key = keyOf(name, request)
    if (key === undefined) return undefined
    const version = this.#store.version()
    if (version !== this.#version) this.#clear()
    this.#version = version
    const answer = this.#answers.get(key)
    if (answer === undefined || hasExpired(answer.caller.credential, this.#clock.now())) {
      this.#asked.set(request, version)
      return undefined
    }
    note(answer.subject)
    return answer
  }

  keep(name: OperationName, request: FastifyRequest, caller: Caller, sent: SentAnswer): void {
    const key = keyOf(name, request)
    if (key === undefined || caller.credential.kind !== 'token') return
    // Each look at what others have may have to be written down.
    if (caller.visible === 'all') return
    const size = key.length + sent.json.length
    if (size > longest || this.#asked.get(request) !== this.#version || this.#answers.has(key)) return
    if (this.#size + size > most) this.#clear()
    this.#size += size
    const { request: _, ...subject } = subjectOf() ?? {}
    this.#answers.set(key, { caller, subject, sent })
  }

  #clear(): void {
    this.#answers.clear()
    this.#size = 0
  }
}

/** Undefined where the answer depends on more than what stands in it: time to wait, conditions, a cookie's page. */
function keyOf(name: OperationName, request: FastifyRequest): string | undefined {
  if (!repeated.has(name)) return undefined
  const { url, headers, query } = request
  const { authorization } = headers
  if (authorization === undefined || headers['if-match'] !== undefined || Object.hasOwn(query ?? {}, 'wait'))
    return undefined
  return `${url} ${authorization}`
}
