import { type Bridge, type BridgeTells, type DapHandlers, RequestRefused } from '../bridge.ts'
import { capabilities } from './capabilities.ts'
import type { Channel } from './channel.ts'
import { GdbSession } from './gdb-session.ts'
import { MiRefusal } from './mi-client.ts'
import { requestHandlers } from './request-handlers.ts'
import { prepare, type Target } from './target.ts'

export type BridgeOptions = {
  readonly target: Target
  /** Whether gdb has Python within. */
  readonly python: boolean
  /** Whether the processor notices a write to what is watched. Without that gdb looks after each instruction, as slow as that is. */
  readonly hasDebugRegisters: () => Promise<boolean>
}

/**
 * The Debug Adapter Protocol for a gdb that speaks its machine interface. gdb comes later than the bridge: with the
 * debuggee's command, in which it runs. When it knows what is to be debugged, `initialized` is told.
 */
export class GdbBridge implements Bridge {
  readonly handlers: DapHandlers
  readonly #tells: BridgeTells
  readonly #options: BridgeOptions
  readonly #session = Promise.withResolvers<GdbSession>()
  #channel: Channel | undefined

  constructor(tells: BridgeTells, options: BridgeOptions) {
    this.#tells = tells
    this.#options = options
    this.#session.promise.catch(() => undefined)
    const ready = Object.entries(requestHandlers).map(([command, perform]) => [
      command,
      async (parameters: object) => refusing(async () => perform(await this.#session.promise, parameters)),
    ])
    this.handlers = { initialize: () => capabilities(options), ...Object.fromEntries(ready) }
  }

  get stderr(): string {
    return this.#channel?.stderr ?? ''
  }

  /** Once, when gdb has been started, or is about to be. */
  connect(channel: Channel): void {
    this.#channel = channel
    const session = new GdbSession(channel, {
      ...this.#options,
      event: this.#tells.event,
      closed: why => this.#closed(why),
    })
    prepare(session.gdb, session.execution, this.#options.target).then(
      () => {
        this.#session.resolve(session)
        this.#tells.event('initialized', {})
      },
      (error: Error) => this.#closed(error.message),
    )
  }

  readonly lost = (code: number | undefined): void => {
    if (code === undefined) this.#closed('it has lost the debuggee, and does not know how that ended')
    else void this.#session.promise.then(({ execution }) => execution.lost(code)).catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed('it has been ended')
    this.#channel?.[Symbol.dispose]()
  }

  #closed(why: string): void {
    this.#session.reject(new MiRefusal(why))
    this.#tells.closed(why)
  }
}

/** What gdb refuses is refused to the client; anything else is a mistake of the bridge. */
async function refusing(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof MiRefusal ? new RequestRefused(error.message) : error
  }
}
