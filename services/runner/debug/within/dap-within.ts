import { setTimeout as delay } from 'node:timers/promises'
import type { z } from 'zod'
import type { Adapter, DapPeer, Opening } from '../adapter.ts'
import { RequestRefused } from '../bridge.ts'
import { DapClient } from '../dap-client.ts'
import { anyBodySchema } from '../dap-messages.ts'
import { type DapOutcome, parsedOutcome } from '../pending-requests.ts'
import type { EngineHost } from './engine-host.ts'
import type { EngineWay } from './engine-pipes.ts'

/** What is said to an adapter at its beginning. Each rejects with a BeginningFailed where it comes to nothing. */
export type Speaker = {
  ask<Schema extends z.ZodType>(
    command: string,
    parameters: object,
    schema: Schema,
    ms: number,
  ): Promise<z.output<Schema>>
  /** The body of the next event of this name. To be called before what causes it. */
  next(name: string): Promise<unknown>
  /** What `initialize` was asked with. */
  readonly client: object
}

/** The debuggee has ended, and nobody here can know with which code: it was started by somebody else. */
export const lostExit = 'lost'

/** How long an adapter may take to tell the code of what was seen to end, in milliseconds. */
const tellMs = 1_000

/** The debuggee cannot be debugged, for this reason. */
export class BeginningFailed extends Error {}

/** It is nothing that can be run: it does not build, for one. The adapter is well. */
export class Unlaunchable extends BeginningFailed {}

/** An adapter says no to what it is asked at the beginning. */
export class BeginningRefused extends BeginningFailed {}

/** What an adapter of the protocol needs others to know of it. */
export type Dialect = {
  /**
   * From `initialize` on, until the adapter can be told where to stop. Answers with what it can: the body of the answer
   * to `initialize`.
   */
  begin(to: Speaker): Promise<unknown>
  /** A request after that, as it is to be sent. Throws a RequestRefused. */
  request(command: string, parameters: object): { command: string; parameters: object }
  /** What is to be waited for before such a request is sent; it may not take long. */
  before?(command: string, parameters: object): Promise<unknown> | undefined
  /** What is told of an answer, where that is not what the adapter says. */
  answered?(command: string, body: unknown): unknown
  /** A request was refused with this message. */
  refused?(message: string): void
  /** What is told of an event; nothing of one that is nobody's affair. Of the beginning all are heard too. */
  event(name: string, body: unknown): { name: string; body: unknown } | undefined
  /** The code that the debuggee's command leaves with, once the adapter says that it is gone; undefined: nobody knows. */
  exitCode(): Promise<number | typeof lostExit | undefined>
  /** Nothing is said to it any more: removes what it may have left. */
  ended?(): Promise<void>
  /** A request that the adapter answers by itself, as a sign of life. */
  readonly probe: { readonly command: string; readonly parameters: object }
}

/**
 * An adapter of the protocol that runs within the debuggee's command. It is spoken to once that has begun; what it can is
 * told then, by the protocol's event for it, and `initialized` when it can be told where to stop.
 */
export class DapWithin implements Adapter {
  readonly client: DapPeer
  readonly #dialect: Dialect
  readonly #pipes: EngineWay
  readonly #adapter: DapClient
  readonly #event: Opening['event']
  readonly #unlaunchable: Opening['unlaunchable']
  readonly #awaited = new Map<string, (body: unknown) => void>()
  #client: object = {}
  #isBeginning = true
  #isOver = false

  constructor(
    host: EngineHost,
    { event, asked, unlaunchable }: Pick<Opening, 'event' | 'asked' | 'unlaunchable'>,
    /** `tell`: an event that the adapter does not tell; `terminated` is that the debuggee is gone. */
    dialectOf: (tell: Opening['event']) => Dialect,
  ) {
    this.#event = event
    this.#unlaunchable = unlaunchable
    this.#dialect = dialectOf((name, body) => this.#tell(name, body))
    this.#pipes = host.open()
    const { output, input } = this.#pipes
    this.#adapter = new DapClient(output, input, (name, body) => this.#heard(name, body), { asked })
    this.client = {
      closed: this.#adapter.closed,
      close: why => this.#adapter.close(why),
      request: (...request) => this.#request(...request),
    }
    void this.#begin().catch(error => this.#failed(error))
  }

  get stderr(): string {
    return this.#pipes.stderr
  }

  readonly lost = (code: number | undefined): void => {
    void this.#terminated(code).catch(error => this.#failed(error))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#adapter.close('it has been ended')
    this.#pipes[Symbol.dispose]()
    await this.#dialect.ended?.()
  }

  async #begin(): Promise<void> {
    await this.#pipes.begun
    const capabilities = await this.#dialect.begin({
      ask: (...request) => this.#ask(...request),
      next: name => new Promise(resolve => this.#awaited.set(name, resolve)),
      client: this.#client,
    })
    this.#isBeginning = false
    this.#event('capabilities', { capabilities })
    this.#event('initialized', undefined)
  }

  #failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error)
    if (error instanceof Unlaunchable) this.#unlaunchable?.(why)
    this.#adapter.close(
      error instanceof BeginningFailed ? why : `nothing can be made of what it says: ${why}`,
    )
  }

  async #ask<Schema extends z.ZodType>(
    command: string,
    parameters: object,
    schema: Schema,
    ms: number,
  ): Promise<z.output<Schema>> {
    const outcome = await this.#adapter.request(command, parameters, schema, ms)
    switch (outcome.kind) {
      case 'done':
        return outcome.body
      case 'refused':
        throw new BeginningRefused(outcome.message)
      case 'late':
        throw new BeginningFailed(`it did not answer to ${command} for ${ms / 1_000} s`)
      case 'closed':
        throw new BeginningFailed(outcome.why)
    }
  }

  #request: DapPeer['request'] = async (command, parameters, schema, ms, hearing) => {
    type Body = z.output<typeof schema>
    if (command === 'initialize') {
      if (this.#isBeginning) {
        this.#client = parameters
        return parsedOutcome(command, schema, { supportsConfigurationDoneRequest: true })
      }
      const { probe } = this.#dialect
      const { kind } = await this.#adapter.request(probe.command, probe.parameters, anyBodySchema, ms)
      return kind === 'done' || kind === 'refused'
        ? parsedOutcome(command, schema, {})
        : ({ kind: 'late' } satisfies DapOutcome<Body>)
    }
    try {
      const ready = this.#dialect.before?.(command, parameters)
      if (ready !== undefined) await ready
      const sent = this.#dialect.request(command, parameters)
      let told: unknown
      const heard = (body: unknown) => {
        told = this.#dialect.answered?.(command, body)
        hearing?.heard?.(told ?? body)
      }
      const outcome = await this.#adapter.request(sent.command, sent.parameters, schema, ms, {
        ...hearing,
        heard,
      })
      if (outcome.kind === 'refused') this.#dialect.refused?.(outcome.message)
      const isTold = outcome.kind === 'done' && told !== undefined
      return isTold ? parsedOutcome(command, schema, told) : outcome
    } catch (error) {
      if (error instanceof RequestRefused) return { kind: 'refused', message: error.message }
      throw error
    }
  }

  #heard(name: string, body: unknown): void {
    this.#awaited.get(name)?.(body)
    this.#awaited.delete(name)
    const told = this.#dialect.event(name, body)
    if (told !== undefined) this.#tell(told.name, told.body)
  }

  #tell(name: string, body: unknown): void {
    if (name === 'terminated') void this.#terminated().catch(error => this.#failed(error))
    else if (!this.#isBeginning) this.#event(name, body)
  }

  /** Once, however often it is said. `seen`: the code that it was seen to end with, for one that the adapter does not know. */
  async #terminated(seen?: number): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    const told = this.#dialect.exitCode()
    const late = () => delay(tellMs, undefined, { ref: false })
    const code = (await (seen === undefined ? told : Promise.race([told, late()]))) ?? seen
    if (code === undefined) this.#adapter.close('it has lost the debuggee, and does not know how that ended')
    else {
      if (code !== lostExit) this.#event('exited', { exitCode: code })
      this.#event('terminated', undefined)
      this.#adapter.close('the debuggee has ended')
      this.#pipes.leave(code === lostExit ? 0 : code)
    }
  }
}
