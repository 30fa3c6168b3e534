import {
  ErrorCode,
  type LoggingLevel,
  type LoggingMessageNotification,
  McpError,
  type Request,
  type Result,
} from '@modelcontextprotocol/sdk/types.js'

export type LogMessage = LoggingMessageNotification['params']

/** Who waits for an answer, and can be asked and told something meanwhile. */
export type Asker = {
  /** Of a client. */
  readonly session: string
  readonly ask: (request: Request, signal: AbortSignal) => Promise<Result>
  readonly log: (message: LogMessage) => void
  /** The least that it wants to be told, where it has said so. */
  readonly level: LoggingLevel | undefined
}

/** What a server may ask at once: each question is held until a client has answered. */
const mostAsked = 16

/**
 * Who is calling one server now. What it says by itself is for one of them; which one is meant the protocol does not say, so that has
 * to be the only one.
 */
export class Askers {
  readonly #all = new Set<Asker>()
  #asked = 0

  get size(): number {
    return this.#all.size
  }

  add(asker: Asker): void {
    this.#all.add(asker)
  }

  delete(asker: Asker): void {
    this.#all.delete(asker)
  }

  async ask(request: Request, signal: AbortSignal): Promise<Result> {
    const asker = this.#only
    if (asker === undefined)
      throw new McpError(
        ErrorCode.InvalidRequest,
        this.#all.size === 0
          ? 'no client is calling this server now, so nobody can be asked'
          : 'several clients are calling this server now, so nobody can tell which one is asked: share = "session" in its configuration gives each one a server of its own',
      )
    if (this.#asked >= mostAsked)
      throw new McpError(ErrorCode.InvalidRequest, `${mostAsked} questions wait for an answer, all that may`)
    this.#asked += 1
    try {
      return await asker.ask(request, signal)
    } finally {
      this.#asked -= 1
    }
  }

  /** Nobody hears of it where it may be about another one. */
  log(message: LogMessage): void {
    this.#only?.log(message)
  }

  get #only(): Asker | undefined {
    const [asker, ...others] = this.#all
    return others.every(({ session }) => session === asker?.session) ? asker : undefined
  }
}
