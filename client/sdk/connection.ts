import { contract } from '../../services/contract/contract.ts'
import type { EventMessage } from '../../services/contract/event-message.ts'
import { sessionId } from '../../services/contract/ids.ts'
import { takesKey } from '../../services/contract/keyed-operations.ts'
import type { LogMessage } from '../../services/contract/log-message.ts'
import type { Operation, OutputOf } from '../../services/contract/operation.ts'
import { parseAnswer, parseProblem } from './answers.ts'
import { ConnectionError, explainConnectionError } from './connection-error.ts'
import { deadline, deadlineOf } from './deadline.ts'
import { type Download, downloadOf, type OpenedBytes } from './download.ts'
import { httpRequest } from './http-request.ts'
import { type LogTail, type LogTailInput, tailIn } from './log-tail.ts'
import { lines } from './ndjson.ts'
import type { CallOptions, Input, Versioned } from './operation-types.ts'
import { pause } from './pause.ts'
import { persistently } from './persistently.ts'
import { resumingEvents } from './resuming-events.ts'
import { resumingLog } from './resuming-log.ts'
import type { Transport } from './transport.ts'

export type ConnectionOptions = {
  readonly transport: Transport
  readonly baseUrl: string
  /** Ends every call of the client. */
  readonly signal: AbortSignal | undefined
}

type Fields = Readonly<Record<string, unknown>>

/** How long a file, or a log that is not followed, may fall silent in the middle, in milliseconds. */
const longestSilence = 60_000

/** Calls of operations over a transport: places the input, holds the deadline, reads the answer by the contract. */
export class Connection {
  readonly #options: ConnectionOptions

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  async call<O extends Operation>(operation: O, input: Fields, options?: CallOptions): Promise<OutputOf<O>> {
    return (await this.versioned(operation, input, options)).value
  }

  async versioned<O extends Operation>(
    operation: O,
    input: Fields,
    { signal, ifMatch }: CallOptions = {},
  ): Promise<Versioned<OutputOf<O>>> {
    const { transport, baseUrl } = this.#options
    using limit = deadline(deadlineOf(input, operation.input.shape), baseUrl, [signal, this.#options.signal])
    const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch }
    const ask = async (headers: Readonly<Record<string, string>>): Promise<Versioned<OutputOf<O>>> => {
      const answer = await transport.send(httpRequest(operation, input), {
        accept: 'application/json, application/problem+json',
        headers,
        signal: limit.signal,
        idleMs: 0,
        mayBeUnavailable: operation.errors.includes('not_ready'),
      })
      const text = await this.#text(answer.body, limit.signal)
      if (answer.status < 200 || answer.status > 299) throw parseProblem(answer.status, text, baseUrl)
      return {
        value: parseAnswer<O['output']>(operation.output, text, baseUrl),
        version: answer.header('etag'),
      }
    }
    if (!takesKey(operation)) return await ask(headers)
    const keyed = { ...headers, 'idempotency-key': crypto.randomUUID() }
    return await persistently(
      () => ask(keyed),
      milliseconds => pause(milliseconds, limit.signal),
    )
  }

  /**
   * NDJSON over HTTP, not the WebSocket at the same path: it has back-pressure and TLS from the same agent, passes
   * every proxy, and a log flows one way only. The WebSocket is for browsers.
   */
  async *logs(
    input: Input<'sessions.logs'>,
    { signal }: CallOptions = {},
  ): AsyncGenerator<LogMessage, void, undefined> {
    const ends = [signal, this.#options.signal].filter(one => one !== undefined)
    const both = AbortSignal.any(ends)
    // `@last`, or a beginning that is unique now, may name another session by the time of a new connection.
    const session = sessionId.schema.safeParse(input.session).success
      ? input.session
      : (await this.call(contract['sessions.get'], { session: input.session }, { signal })).id
    yield* resumingLog({
      input: { ...input, session },
      baseUrl: this.#options.baseUrl,
      open: asked => this.#openLog(asked, both),
      pause: milliseconds => pause(milliseconds, both),
    })
  }

  /** The end of a log alone, by a range of its bare bytes. */
  async logTail(
    { most, ...input }: LogTailInput,
    { signal }: Pick<CallOptions, 'signal'> = {},
  ): Promise<LogTail> {
    const { transport, baseUrl } = this.#options
    using limit = deadline(deadlineOf({}), baseUrl, [signal, this.#options.signal])
    const answer = await transport.send(httpRequest(contract['sessions.logs'], input), {
      accept: 'text/plain, application/problem+json',
      headers: { range: `bytes=-${most}` },
      signal: limit.signal,
      idleMs: longestSilence,
    })
    if (answer.status === 200 || answer.status === 206)
      return await tailIn(answer, this.#bytes(answer.body, limit.signal), { most, baseUrl })
    throw parseProblem(answer.status, await this.#text(answer.body, limit.signal), baseUrl)
  }

  /** A file, of which a range is asked for anew where the connection breaks. */
  async download(operation: Operation, input: Fields, { signal, from }: CallOptions = {}): Promise<Download> {
    const both = AbortSignal.any([signal, this.#options.signal].filter(one => one !== undefined))
    return await downloadOf({
      from,
      baseUrl: this.#options.baseUrl,
      open: headers => this.#openBytes(operation, input, headers, both),
      pause: milliseconds => pause(milliseconds, both),
    })
  }

  async #openBytes(
    operation: Operation,
    input: Fields,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<OpenedBytes> {
    const { transport, baseUrl } = this.#options
    const limit = deadline(deadlineOf(input), baseUrl, [signal])
    try {
      const answer = await transport.send(httpRequest(operation, input), {
        ...{ accept: '*/*', headers, signal: limit.signal, idleMs: longestSilence },
      })
      if (answer.status === 200 || answer.status === 206)
        return { status: answer.status, header: answer.header, body: this.#bytes(answer.body, signal) }
      throw parseProblem(answer.status, await this.#text(answer.body, limit.signal), baseUrl)
    } finally {
      limit.lift()
    }
  }

  async *#bytes(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* body
    } catch (error) {
      signal.throwIfAborted()
      throw explainConnectionError(this.#options.baseUrl, error)
    }
  }

  /** Changes, which go on over new connections as a log does. */
  async *events(
    input: Input<'events.follow'>,
    { signal }: CallOptions = {},
  ): AsyncGenerator<EventMessage, void, undefined> {
    const both = AbortSignal.any([signal, this.#options.signal].filter(one => one !== undefined))
    // As above: what it names now is meant on every connection.
    const session =
      input.session === undefined || sessionId.schema.safeParse(input.session).success
        ? input.session
        : (await this.call(contract['sessions.get'], { session: input.session }, { signal })).id
    yield* resumingEvents({
      input: { ...input, session },
      baseUrl: this.#options.baseUrl,
      open: asked => this.#open(contract['events.follow'], asked, both, 0),
      pause: milliseconds => pause(milliseconds, both),
    })
  }

  #openLog(input: Input<'sessions.logs'>, signal: AbortSignal): Promise<AsyncIterable<LogMessage>> {
    const idleMs = input.follow === true ? 0 : longestSilence
    return this.#open(contract['sessions.logs'], input, signal, idleMs)
  }

  /** One connection. Resolves once the server has begun to answer. `idleMs`: how long it may be silent; 0: any time. */
  async #open<O extends Operation>(
    operation: O,
    input: Fields,
    signal: AbortSignal,
    idleMs: number,
  ): Promise<AsyncIterable<OutputOf<O>>> {
    const { transport, baseUrl } = this.#options
    const limit = deadline(deadlineOf({}), baseUrl, [signal])
    try {
      const answer = await transport.send(httpRequest(operation, input), {
        accept: 'application/x-ndjson, application/problem+json',
        signal: limit.signal,
        idleMs,
      })
      if (answer.status === 200) return this.#messages(operation, answer.body, signal)
      throw parseProblem(answer.status, await this.#text(answer.body, limit.signal), baseUrl)
    } finally {
      limit.lift()
    }
  }

  async *#messages<O extends Operation>(
    operation: O,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): AsyncGenerator<OutputOf<O>> {
    const { baseUrl } = this.#options
    try {
      for await (const line of lines(body)) yield parseAnswer<O['output']>(operation.output, line, baseUrl)
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof ConnectionError ? error : explainConnectionError(baseUrl, error)
    }
  }

  async #text(body: { text(): Promise<string> }, signal: AbortSignal): Promise<string> {
    try {
      return await body.text()
    } catch (error) {
      signal.throwIfAborted()
      throw explainConnectionError(this.#options.baseUrl, error)
    }
  }
}
