import { z } from 'zod'
import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { Adapter, ChildProcess, DapPeer, OpenAdapter } from './adapter.ts'
import type { AskAdapter } from './ask-adapter.ts'
import { anyBodySchema, type Capabilities, capabilitiesSchema } from './dap-messages.ts'
import { type Said, saidSchema } from './editors/editor-capabilities.ts'
import type { DapOutcome } from './pending-requests.ts'
import type { Place } from './place.ts'
import { Refusal } from './refusal.ts'

/** How long an answer may take at the most. */
const answerMs = 10_000
/** How long an adapter that was late may take to show that it lives. */
const probeMs = 2_000
/** How long it may take to notice that the debuggee is gone, or be noticed to be gone. */
const letGoMs = 2_000

const letGo =
  'the debugger has let go of the debuggee: it is ending, or has replaced itself by another program'

/** The protocol's event for it. */
const changedSchema = z.object({ capabilities: z.unknown() })

export type LinkFailure = {
  readonly reason: 'debugger_failed' | 'spawn_failed'
  readonly message: string
}

export type LinkHandlers = {
  readonly event: (name: string, body: unknown) => void
  readonly child: (child: ChildProcess) => void
  /**
   * The adapter is of no use any more, or the debuggee is none to it. Called once, unless the debuggee has gone before.
   */
  readonly failed: (failure: LinkFailure) => void
}

/**
 * What the multiplexer has of an adapter: its answers, or a Refusal that says what to make of there being none. One
 * that is late once and then says nothing at all is given up, and so is one that goes away. Where it is the debuggee that
 * keeps it waiting, both live on.
 */
export class AdapterLink implements AsyncDisposable {
  capabilities: Capabilities = capabilitiesSchema.parse({})
  /** All that the adapter has said of what it can do. */
  said: Said = saidSchema.parse({})
  readonly #adapter: Adapter
  readonly #handlers: LinkHandlers
  readonly #answerMs: number
  readonly #awaited = new Map<string, (body: unknown) => void>()
  readonly #released = Promise.withResolvers<void>()
  readonly #initialized = Promise.withResolvers<void>()
  #probing: Promise<boolean> | undefined
  #over = false

  constructor(
    scope: ProcessScope,
    open: OpenAdapter,
    place: Place,
    handlers: LinkHandlers,
    patienceMs = answerMs,
  ) {
    this.#handlers = handlers
    this.#answerMs = patienceMs
    const event = (name: string, body: unknown) => this.#event(name, body)
    const unlaunchable = (message: string) => this.#giveUp({ reason: 'spawn_failed', message })
    this.#adapter = open({ scope, place, event, child: handlers.child, unlaunchable })
    void this.client.closed.then(why => this.fail(`the debug adapter went away: ${why}`))
  }

  get client(): DapPeer {
    return this.#adapter.client
  }

  /** It has answered to `initialize`, or says later what else it can do. */
  introduced(body: unknown): void {
    const { success, data } = saidSchema.safeParse(body ?? {})
    if (!success) return
    this.said = { ...this.said, ...data }
    this.capabilities = capabilitiesSchema.parse(this.said)
  }

  /** Resolves when the adapter is ready to be told where to stop. It may say so before it answers to what causes it. */
  get initialized(): Promise<void> {
    return this.#initialized.promise
  }

  /** The body of the next event of this name. To be called before what causes it. */
  readonly next = (name: string): Promise<unknown> => new Promise(resolve => this.#awaited.set(name, resolve))

  /** See Adapter. */
  get lost(): Adapter['lost'] {
    return this.#adapter.lost
  }

  /** Waits until the adapter has nothing to do with the debuggee any more: that has gone, or the adapter has. */
  async letGo(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, letGoMs)
    await Promise.race([this.#released.promise, promise])
    clearTimeout(timer)
  }

  /** How long an answer may take at the most, but for one that has a time of its own, in milliseconds. */
  get answerMs(): number {
    return this.#answerMs
  }

  /** Whether anything can be asked of it still. */
  get usable(): boolean {
    return !this.#over
  }

  request(command: string, parameters: object): Promise<DapOutcome<unknown>> {
    return this.client.request(command, parameters, anyBodySchema, this.#answerMs)
  }

  readonly ask: AskAdapter = async <Schema extends z.ZodType>(
    command: string,
    parameters: object,
    schema: Schema,
    deadlineMs = this.#answerMs,
  ): Promise<z.output<Schema>> => {
    if (this.#over) throw new Refusal('debugger_refused', letGo)
    return this.#asked(command, parameters, schema, this.#atMost(deadlineMs))
  }

  /** The first that is asked of it: it may have to start before it answers. */
  async initialize(parameters: object, ms = answerMs): Promise<void> {
    this.introduced(await this.#asked('initialize', parameters, anyBodySchema, ms))
  }

  async #asked<Schema extends z.ZodType>(
    command: string,
    parameters: object,
    schema: Schema,
    ms: number,
  ): Promise<z.output<Schema>> {
    const outcome = await this.client.request(command, parameters, schema, ms)
    switch (outcome.kind) {
      case 'done':
        return outcome.body
      case 'refused':
        throw new Refusal('debugger_refused', outcome.message)
      case 'late':
      case 'closed':
        throw await this.refusal(command, outcome)
    }
  }

  /** What to tell where there was no answer. */
  async refusal(
    command: string,
    outcome: { kind: 'late' } | { kind: 'closed'; why: string },
  ): Promise<Refusal> {
    if (outcome.kind === 'closed')
      return new Refusal('debug_session_ended', `the debug adapter: ${outcome.why}`)
    if (await this.#lives())
      return new Refusal(
        'debugger_timeout',
        `the debugger did not answer to ${command} in time: the debuggee keeps it waiting`,
      )
    this.fail('the debug adapter does not answer')
    return new Refusal('debugger_timeout', 'the debug adapter does not answer; the debuggee is ended')
  }

  /** Gives the adapter up: nothing is asked of it any more. */
  fail(message: string): void {
    const { stderr } = this.#adapter
    this.#giveUp({ reason: 'debugger_failed', message: stderr === '' ? message : `${message}\n${stderr}` })
  }

  #giveUp(failure: LinkFailure): void {
    if (this.#over) return
    this.#over = true
    this.#handlers.failed(failure)
    this.client.close(failure.message)
    this.#released.resolve()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    await this.#adapter[Symbol.asyncDispose]()
  }

  /**
   * However many wait for it, it is asked once: what it answers by itself, if only that it has been asked before. What it
   * passes on to the debuggee may wait for a long call into C there.
   */
  #lives(): Promise<boolean> {
    this.#probing ??= this.client
      .request('initialize', { adapterID: '' }, anyBodySchema, this.#atMost(probeMs))
      .then(({ kind }) => kind === 'done' || kind === 'refused')
      .finally(() => {
        this.#probing = undefined
      })
    return this.#probing
  }

  #atMost(ms: number): number {
    return Math.min(ms, this.#answerMs)
  }

  #event(name: string, body: unknown): void {
    if (name === 'initialized') this.#initialized.resolve()
    if (name === 'capabilities') this.introduced(changedSchema.safeParse(body).data?.capabilities)
    // The debuggee has gone, or replaced itself by another program: that the adapter leaves is no failure any more.
    if (name === 'terminated') {
      this.#over = true
      this.#released.resolve()
    }
    this.#awaited.get(name)?.(body)
    this.#awaited.delete(name)
    this.#handlers.event(name, body)
  }
}
