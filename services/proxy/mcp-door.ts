import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { refuse } from '../../lib/mcp/refuse.ts'
import type { Gateway, GatewayRequest } from './gateway/gateway.ts'

/** How often it is looked whether calls have ended while the proxy leaves, in milliseconds. */
const interval = 20

/** The way to the MCP gateway, which is loaded with the first request for it: a proxy that nobody asks for it starts without. */
export class McpDoor {
  readonly #open: () => Promise<Gateway>
  readonly #log: Logger
  /** What clients sent is being answered; their streams of notifications are none of these. */
  readonly #calls = new Set<ServerResponse>()
  #gateway: Promise<Gateway> | undefined
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
    const { request, response } = asked
    // What would be started now, nobody would end.
    if (this.#isClosed)
      return refuse(response, {
        status: 503,
        message: 'the proxy is being replaced: ask again',
        headers: { 'retry-after': '1' },
      })
    if (request.method === 'POST') {
      this.#calls.add(response)
      response.once('close', () => this.#calls.delete(response))
    }
    this.#gateway ??= this.#open()
    try {
      const gateway = await this.#gateway
      await gateway.answer(asked)
    } catch (error) {
      this.#gateway = undefined
      this.#log.error({ err: error }, 'the MCP gateway does not start')
      if (!response.headersSent)
        refuse(response, {
          status: 503,
          message: 'the MCP gateway does not start: see the log of the proxy',
        })
    }
  }

  /** Ends it, once what clients have asked is answered: after `deadline` milliseconds at the latest. */
  async close(deadline: number): Promise<void> {
    const end = performance.now() + deadline
    while (this.#calls.size > 0 && performance.now() < end) await delay(interval)
    this.#isClosed = true
    const gateway = await this.#gateway?.catch(() => undefined)
    await gateway?.[Symbol.asyncDispose]()
  }
}
