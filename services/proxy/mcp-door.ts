import type { Logger } from 'pino'
import { refuse } from '../../lib/mcp/refuse.ts'
import type { Gateway, GatewayRequest } from './gateway/gateway.ts'

/** The way to the MCP gateway, which is loaded with the first request for it: a proxy that nobody asks for it starts without. */
export class McpDoor implements AsyncDisposable {
  readonly #open: () => Promise<Gateway>
  readonly #log: Logger
  #gateway: Promise<Gateway> | undefined

  constructor(open: () => Promise<Gateway>, log: Logger) {
    this.#open = open
    this.#log = log
  }

  /** Whether a path, without its query, is one of the gateway's. */
  static leadsTo(path: string): boolean {
    return path === '/mcp' || path === '/servers' || path.startsWith('/servers/')
  }

  async answer(asked: GatewayRequest): Promise<void> {
    this.#gateway ??= this.#open()
    try {
      const gateway = await this.#gateway
      await gateway.answer(asked)
    } catch (error) {
      this.#gateway = undefined
      this.#log.error({ err: error }, 'the MCP gateway does not start')
      if (!asked.response.headersSent)
        refuse(asked.response, {
          status: 503,
          message: 'the MCP gateway does not start: see the log of the proxy',
        })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gateway = await this.#gateway?.catch(() => undefined)
    await gateway?.[Symbol.asyncDispose]()
  }
}
