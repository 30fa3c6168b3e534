import type { z } from 'zod'
import type { Adapter, DapPeer, OpenAdapter, Opening } from './adapter.ts'
import { type DapOutcome, type Hearing, PendingRequests } from './pending-requests.ts'

/** Why a bridge says no to a request, as the protocol's `message` of a response without success. */
export class RequestRefused extends Error {}

/** By the names of the protocol's requests. Throws RequestRefused, or answers with the response's body. */
export type DapHandlers = Readonly<Record<string, (parameters: object) => unknown>>

/** A debugger of another protocol, spoken to in this one. */
export type Bridge = AsyncDisposable & {
  readonly handlers: DapHandlers
  readonly stderr: string
  readonly lost?: Adapter['lost']
}

/** What a bridge tells: its events, and that it is of no use any more. */
export type BridgeTells = Pick<Opening, 'event'> & {
  readonly closed: (why: string) => void
}

/**
 * An adapter inside the runner. `build` starts what it bridges to; it must not throw. A request is handled in the same
 * turn in which it is made, so that requests come to the debugger in their order.
 */
export const bridged =
  (build: (opening: Omit<Opening, 'event'> & BridgeTells) => Bridge): OpenAdapter =>
  opening => {
    const peer = new BridgePeer()
    const bridge = build({ ...opening, closed: why => peer.close(why) })
    peer.handlers = bridge.handlers
    return new BridgedAdapter(peer, bridge)
  }

class BridgedAdapter implements Adapter {
  readonly client: DapPeer
  readonly #bridge: Bridge

  constructor(client: DapPeer, bridge: Bridge) {
    this.client = client
    this.#bridge = bridge
  }

  get stderr(): string {
    return this.#bridge.stderr
  }

  get lost(): Adapter['lost'] {
    return this.#bridge.lost
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close('it has been ended')
    await this.#bridge[Symbol.asyncDispose]()
  }
}

class BridgePeer implements DapPeer {
  handlers: DapHandlers = {}
  readonly #pending = new PendingRequests()
  #number = 0

  get closed(): Promise<string> {
    return this.#pending.closed
  }

  close(why: string): void {
    this.#pending.close(why)
  }

  request<Schema extends z.ZodType>(
    command: string,
    parameters: object,
    schema: Schema,
    deadlineMs: number,
    hearing?: Hearing,
  ): Promise<DapOutcome<z.output<Schema>>> {
    const { why } = this.#pending
    if (why !== undefined) return Promise.resolve({ kind: 'closed', why })
    const number = ++this.#number
    const outcome = this.#pending.begin(number, { command, schema, deadlineMs }, hearing)
    void this.#answer(command, parameters).then(answer => this.#pending.settle(number, answer))
    return outcome
  }

  /** Never rejects. */
  async #answer(
    command: string,
    parameters: object,
  ): Promise<Exclude<DapOutcome<unknown>, { kind: 'late' }>> {
    const handler = Object.hasOwn(this.handlers, command) ? this.handlers[command] : undefined
    if (handler === undefined) return { kind: 'refused', message: `this debugger knows no ${command}` }
    try {
      return { kind: 'done', body: await handler(parameters) }
    } catch (error) {
      if (error instanceof RequestRefused) return { kind: 'refused', message: error.message }
      // A mistake of the bridge: nothing that it says afterwards can be believed.
      const why = `the bridge failed at ${command}: ${error instanceof Error ? error.message : error}`
      this.close(why)
      return { kind: 'closed', why }
    }
  }
}
