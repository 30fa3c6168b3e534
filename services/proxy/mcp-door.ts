import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { refuse } from '../../lib/mcp/refuse.ts'
import type { Gateway, GatewayRequest } from './gateway/gateway.ts'

/** How much of the time to leave is for telling those who still wait that they wait in vain. */
const lastWords = 0.1

/** The way to the MCP gateway, which is loaded with the first request for it: a proxy that nobody asks for it starts without. */
export class McpDoor {
  readonly #open: () => Promise<Gateway>
  readonly #log: Logger
  #gateway: Promise<Gateway> | undefined
  #opened: Gateway | undefined
  /** Requests of which the gateway does not know yet what they ask for. */
  #arriving = 0
  #isLeaving = false
  #isClosed = false

  constructor(open: () => Promise<Gateway>, log: Logger) {
    this.#open = open
    this.#log = log
  }

  /** Whether a path, without its query, is one of the gateway's. */
  static leadsTo(path: string): boolean {
    return path === '/mcp' || path === '/servers' || path.startsWith('/servers/')
  }

  async answer(asked: GatewayRequest): Promise<void> {
    const { response } = asked
    // What would be started now, nobody would end.
    if (this.#isClosed)
      return refuse(response, {
        status: 503,
        message: 'the proxy is being replaced: ask again',
        headers: { 'retry-after': '1' },
      })
    this.#gateway ??= this.#open()
    this.#arriving++
    try {
      const gateway = await this.#gateway
      this.#opened = gateway
      if (this.#isLeaving) gateway.leave()
      await gateway.answer(asked)
    } catch (error) {
      this.#gateway = undefined
      this.#log.error({ err: error }, 'the MCP gateway does not start')
      if (!response.headersSent)
        refuse(response, {
          status: 503,
          message: 'the MCP gateway does not start: see the log of the proxy',
        })
    } finally {
      this.#arriving--
    }
  }

  /** How many messages of clients are not answered yet, or not read. */
  get underWay(): number {
    return this.#arriving + (this.#opened?.underWay ?? 0)
  }

  /** Has clients go on with a successor: what they have asked is answered here. */
  leave(): void {
    this.#isLeaving = true
    this.#opened?.leave()
  }

  /**
   * Has clients go on with a successor, and ends it once all have `left`, or else a little before `deadline` milliseconds: who
   * waits for an answer until then is told that none will come.
   */
  async close(deadline: number, left: Promise<unknown>): Promise<void> {
    this.#isLeaving = true
    const gateway = await this.#gateway?.catch(() => undefined)
    gateway?.leave()
    const over = new AbortController()
    const late = delay(deadline * (1 - lastWords), undefined, { signal: over.signal }).catch(() => {})
    await Promise.race([left.catch(() => {}), late])
    over.abort()
    this.#isClosed = true
    const opened = await this.#gateway?.catch(() => undefined)
    await opened?.[Symbol.asyncDispose]()
  }
}
