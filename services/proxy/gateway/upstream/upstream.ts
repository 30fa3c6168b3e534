import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpError, type Request, type Result } from '@modelcontextprotocol/sdk/types.js'
import { errorCode } from '../../../../lib/error-code.ts'
import { monotonicMs } from '../../../../lib/monotonic.ts'
import type { Offer } from '../catalogue/offer.ts'
import { type Asker, Askers, type LogMessage } from './askers.ts'
import { backOff, trippedAfter } from './back-off.ts'
import { type Live, reasonOf } from './connect.ts'
import { readOffer } from './read-offer.ts'
import { NotSentError, UpstreamError } from './upstream-error.ts'
import { isLate, isLost } from './whose-error.ts'

export type UpstreamHooks = {
  /** Takes room for one more; throws an UpstreamError where there is none. */
  readonly enter: () => Disposable
  readonly connect: (hooks: {
    readonly ask: (request: Request, signal: AbortSignal) => Promise<Result>
    readonly onChange: (what: 'offer' | 'resources') => void
    readonly onLog: (message: LogMessage) => void
    readonly signal: AbortSignal
  }) => Promise<Live>
  readonly onOffer: (offer: Offer) => void
  readonly onResources: () => void
  /** Its state is another. */
  readonly onState: (state: UpstreamState) => void
}

export type UpstreamLimits = { readonly startMs: number; readonly idleMs: number }

export type UpstreamState = {
  readonly kind: State['kind']
  /** In a row. */
  readonly failures: number
  /** Nobody waits for it any more: it is tried again now and then. */
  readonly isTripped: boolean
  readonly restarts: number
  /** Why it failed last. */
  readonly reason: string | undefined
}

/**
 *     idle → starting → ready → idle        (nobody has called it for a while)
 *              ↓          ↓
 *            waiting ←────┘                 (it failed; the longer, the more often it has in a row)
 *              └→ starting                  (by a call; once it is tripped, by itself when its time has come)
 *     ended from all of them
 */
type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting'; readonly done: Promise<void>; readonly stop: AbortController }
  | { readonly kind: 'ready'; readonly live: Live; readonly room: Disposable }
  | { readonly kind: 'waiting'; readonly until: number }
  | { readonly kind: 'ended' }

/** So many calls in a row that it never answers, and it is taken to hang. */
const mostUnanswered = 3
/** How long the reason why a program has ended may take to be known, in milliseconds. */
const lastWords = 500
/** A change of what it offers is looked at once it has rested, in milliseconds. */
const rest = 100

/** One server in one process or connection, which is started when somebody calls it, and anew when it has failed. */
export class Upstream implements AsyncDisposable {
  readonly name: string
  readonly #hooks: UpstreamHooks
  readonly #limits: UpstreamLimits
  readonly #askers = new Askers()
  #state: State = { kind: 'idle' }
  #failures = 0
  #starts = 0
  #unanswered = 0
  #reason: string | undefined
  #timer: NodeJS.Timeout | undefined
  #rereading: NodeJS.Timeout | undefined

  constructor(name: string, limits: UpstreamLimits, hooks: UpstreamHooks) {
    this.name = name
    this.#limits = limits
    this.#hooks = hooks
  }

  get state(): UpstreamState {
    const restarts = Math.max(0, this.#starts - 1)
    const { isTripped } = this
    return { kind: this.#state.kind, failures: this.#failures, isTripped, restarts, reason: this.#reason }
  }

  /** Nobody waits for it: its tools are gone for now. */
  get isTripped(): boolean {
    return this.#failures >= trippedAfter
  }

  get isBusy(): boolean {
    return this.#askers.size > 0
  }

  /** Does something with it, once it is there. Rejects with an UpstreamError, or with what the server itself answers. */
  async use<Answer>(
    asker: Asker,
    signal: AbortSignal,
    work: (client: Client) => Promise<Answer>,
  ): Promise<Answer> {
    this.#askers.add(asker)
    clearTimeout(this.#timer)
    try {
      // What was not taken in is sent once more, to one that has been started anew.
      return (
        (await this.#attempt(asker, signal, work, true)) ??
        (await this.#attempt(asker, signal, work, false)) ??
        this.#gone()
      )
    } finally {
      this.#askers.delete(asker)
      if (this.#state.kind === 'ready') this.#rest()
    }
  }

  /** Undefined where the server has not taken it in. */
  async #attempt<Answer>(
    { level }: Asker,
    signal: AbortSignal,
    work: (client: Client) => Promise<Answer>,
    isFirst: boolean,
  ): Promise<Answer | undefined> {
    const live = await this.#live(signal)
    if (level !== undefined) live.wantLevel(level)
    try {
      const answer = await work(live.client)
      this.#answered()
      return answer
    } catch (error) {
      signal.throwIfAborted()
      if (wasNotTaken(error)) {
        await this.#lost(live, await whyNotTaken(live, error))
        if (isFirst) return undefined
        throw new UpstreamError('unavailable', `the server ${this.name} cannot be reached`, { cause: error })
      }
      throw await this.#told(live, error)
    }
  }

  #gone(): never {
    throw new UpstreamError('unavailable', `the server ${this.name} does not take anything in`)
  }

  #answered(): void {
    this.#unanswered = 0
    if (this.#failures === 0) return
    this.#failures = 0
    this.#hooks.onState(this.state)
  }

  async #told(live: Live, error: unknown): Promise<unknown> {
    if (!(error instanceof McpError)) {
      await this.#lost(live, reasonOf(error))
      return this.#connectionLost(error)
    }
    if (isLate(error)) {
      this.#unanswered += 1
      if (this.#unanswered >= mostUnanswered)
        await this.#lost(live, `it has not answered ${this.#unanswered} calls in a row in time`)
      return new UpstreamError('timed_out', `the server ${this.name} did not answer in time (call_seconds)`, {
        cause: error,
      })
    }
    if (isLost(error)) {
      const reason = await Promise.race([live.closed, delay(rest, undefined)])
      if (reason !== undefined) this.#failed(live, reason)
      return this.#connectionLost(error)
    }
    this.#answered()
    return error
  }

  #connectionLost(cause: unknown): UpstreamError {
    const why = this.#reason === undefined ? '' : ` (${this.#reason})`
    return new UpstreamError(
      'connection_lost',
      `the server ${this.name} went away during the call${why}; whether that was done is not known. It is started anew by the next call`,
      { cause },
    )
  }

  async #live(signal: AbortSignal): Promise<Live> {
    const state = this.#state
    // A deadline keeps its timer until it has passed, and most wait for nothing.
    return state.kind === 'ready' ? state.live : await this.#whenReady(signal)
  }

  async #whenReady(signal: AbortSignal): Promise<Live> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.#limits.startMs)])
    for (;;) {
      const state = this.#state
      switch (state.kind) {
        case 'ready':
          return state.live
        case 'idle':
          this.#start()
          break
        case 'starting':
          await until(deadline, state.done)
          break
        case 'waiting': {
          const left = state.until - monotonicMs()
          if (left <= 0) this.#start()
          else if (this.isTripped) throw this.#unavailable(left)
          else await until(deadline, delay(left, undefined, { signal: deadline }))
          break
        }
        case 'ended':
          throw new UpstreamError('unavailable', `the server ${this.name} is not there any more`)
      }
      signal.throwIfAborted()
      if (deadline.aborted || (this.isTripped && this.#state.kind === 'waiting')) throw this.#unavailable()
    }
  }

  #unavailable(left = 0): UpstreamError {
    const when = left === 0 ? '' : `; it is tried again in ${Math.ceil(left / 1_000)} s`
    const why = this.#reason ?? 'it takes too long to start'
    return new UpstreamError('unavailable', `the server ${this.name} is not to be had: ${why}${when}`)
  }

  #start(): void {
    const room = this.#hooks.enter()
    clearTimeout(this.#timer)
    const stop = new AbortController()
    const done = this.#connect(stop, room)
    this.#become({ kind: 'starting', done, stop })
  }

  async #connect(stop: AbortController, room: Disposable): Promise<void> {
    // Whoever calls it is in the state of a start by then.
    await null
    try {
      this.#starts += 1
      const live = await this.#hooks.connect({
        ask: (request, signal) => this.#askers.ask(request, signal),
        onLog: message => this.#askers.log(message),
        onChange: what => this.#changed(what),
        signal: stop.signal,
      })
      if (stop.signal.aborted) {
        await live.end()
        throw new Error('it was ended while it started')
      }
      this.#become({ kind: 'ready', live, room })
      void live.closed.then(reason => this.#failed(live, reason))
      this.#hooks.onOffer(live.offer)
      if (!this.isBusy) this.#rest()
    } catch (error) {
      room[Symbol.dispose]()
      if (this.#state.kind === 'starting') this.#wait(error instanceof Error ? error.message : String(error))
    }
  }

  /** It is of no use any more, though it may not have ended. */
  async #lost(live: Live, reason: string): Promise<void> {
    this.#failed(live, reason)
    await live.end().catch(() => {})
  }

  #failed(live: Live, reason: string): void {
    const state = this.#state
    if (state.kind !== 'ready' || state.live !== live) return
    state.room[Symbol.dispose]()
    // What is left of it has nobody else.
    void live.end().catch(() => {})
    this.#wait(reason)
  }

  #wait(reason: string): void {
    this.#failures += 1
    this.#unanswered = 0
    this.#reason = reason
    const ms = backOff(this.#failures)
    this.#become({ kind: 'waiting', until: monotonicMs() + ms })
    // Its tools are gone, so that nobody would call it: it has to show itself that it is well again.
    clearTimeout(this.#timer)
    if (this.isTripped) this.#timer = setTimeout(() => this.#probe(ms), ms).unref()
  }

  #probe(ms: number): void {
    try {
      this.#start()
    } catch {
      // There is no room for it now.
      this.#timer = setTimeout(() => this.#probe(ms), ms).unref()
    }
  }

  #become(state: State): void {
    this.#state = state
    this.#hooks.onState(this.state)
  }

  /** Ends it once nobody has called it for long enough. */
  #rest(): void {
    clearTimeout(this.#timer)
    if (this.#limits.idleMs === 0) return
    this.#timer = setTimeout(() => {
      if (!this.isBusy) void this.sleep()
    }, this.#limits.idleMs).unref()
  }

  /** Ends its process or connection until the next call. */
  async sleep(): Promise<void> {
    const state = this.#state
    if (state.kind !== 'ready') return
    this.#become({ kind: 'idle' })
    state.room[Symbol.dispose]()
    await state.live.end().catch(() => {})
  }

  #changed(what: 'offer' | 'resources'): void {
    if (what === 'resources') {
      this.#hooks.onResources()
      return
    }
    clearTimeout(this.#rereading)
    this.#rereading = setTimeout(() => void this.#reread(), rest).unref()
  }

  async #reread(): Promise<void> {
    const state = this.#state
    if (state.kind !== 'ready') return
    try {
      this.#hooks.onOffer(await readOffer(state.live.client, { timeout: this.#limits.startMs }))
    } catch {
      // It stays what it was; one that is gone is noticed as that.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const state = this.#state
    clearTimeout(this.#timer)
    clearTimeout(this.#rereading)
    this.#become({ kind: 'ended' })
    if (state.kind === 'starting') {
      state.stop.abort()
      await state.done
    }
    if (state.kind !== 'ready') return
    state.room[Symbol.dispose]()
    await state.live.end().catch(() => {})
  }
}

/** Waits for it no longer than until the signal; whether it came to pass is for the caller to see. */
const until = (signal: AbortSignal, work: Promise<unknown>): Promise<unknown> => {
  const over = Promise.withResolvers<void>()
  const end = () => over.resolve()
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return Promise.race([work, over.promise])
    .catch(() => {})
    .finally(() => signal.removeEventListener('abort', end))
}

/** A program that has ended is told in its own words, which come a moment later. */
async function whyNotTaken({ closed }: Live, error: unknown): Promise<string> {
  if (error instanceof StreamableHTTPError) return 'it no longer knew the connection'
  const isOwn = error instanceof NotSentError || (error instanceof Error && error.message === 'Not connected')
  const reason = isOwn ? await Promise.race([closed, delay(lastWords, undefined)]) : undefined
  return reason ?? (error instanceof NotSentError ? error.message : 'it could not be reached')
}

/** A server that has been started anew says so, and nobody listens where there is none. */
function wasNotTaken(error: unknown): boolean {
  if (error instanceof NotSentError) return true
  // The SDK's word for one that went away just now.
  if (error instanceof Error && error.message === 'Not connected') return true
  if (error instanceof StreamableHTTPError) return error.code === 404
  const code = errorCode(error)
  return code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT'
}
