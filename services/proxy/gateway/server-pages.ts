import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Refusal, refuse } from '../../../lib/mcp/refuse.ts'
import type { Caller } from './access.ts'
import type { Declared } from './declared.ts'
import { readiness } from './readiness.ts'
import type { Upstreams } from './upstream/upstreams.ts'
import type { Views } from './view.ts'

export type ServerPagesDependencies = {
  readonly views: Views
  readonly declared: Declared
  readonly upstreams: Upstreams
  /** What is wrong with the configuration. */
  readonly faults: () => readonly string[]
  /** What a server is taken to offer is something else now, as somebody wanted it. */
  readonly accepted: (caller: Caller) => Promise<void>
}

type Page =
  | { readonly kind: 'readiness' }
  | { readonly kind: 'drift'; readonly server: string }
  | { readonly kind: 'accept'; readonly server: string; readonly looked: string }

/** What is told of the servers behind the gateway, and what somebody says who has looked at it: all that is no MCP. */
export class ServerPages {
  readonly #deps: ServerPagesDependencies

  constructor(deps: ServerPagesDependencies) {
    this.#deps = deps
  }

  /** Whether there is such a page; then it answers. */
  async answers(
    path: string,
    { method }: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
  ): Promise<boolean> {
    const page = pageAt(path)
    if (page === undefined) return false
    const told = refusalOf(page, method) ?? this.#forbids(page, caller) ?? (await this.#told(page, caller))
    if (isRefusal(told)) refuse(response, told)
    else answerJson(response, told)
    return true
  }

  #forbids(page: Page, caller: Caller): Refusal | undefined {
    if (page.kind === 'readiness') return undefined
    if (!caller.holds('admin')) return { status: 403, message: 'this needs a token with the scope admin' }
    if (this.#deps.views.settings.servers[page.server] === undefined || !caller.mayUse(page.server))
      return { status: 404, message: `there is no server ${page.server.slice(0, 100)}` }
    return undefined
  }

  async #told(page: Page, caller: Caller): Promise<Refusal | { readonly told: object }> {
    const { declared, faults, accepted } = this.#deps
    switch (page.kind) {
      case 'readiness':
        return { told: { servers: readiness({ ...this.#deps, caller }), faults: faults() } }
      case 'drift':
        return { told: declared.comparison(page.server) }
      case 'accept': {
        const answer = await declared.accept(page.server, page.looked)
        if (answer.outcome !== 'accepted')
          return { status: 409, message: notAccepted[answer.outcome](page.server) }
        if (answer.drift.length > 0) await accepted(caller)
        return { told: { accepted: answer.drift } }
      }
    }
  }
}

function pageAt(path: string): Page | undefined {
  if (path === '/servers') return { kind: 'readiness' }
  const [, drifted] = /^\/servers\/([^/]+)\/drift$/.exec(path) ?? []
  if (drifted !== undefined) return { kind: 'drift', server: drifted }
  const [, server, looked] = /^\/servers\/([^/]+)\/accept\/([0-9a-f]{32})$/.exec(path) ?? []
  return server === undefined || looked === undefined ? undefined : { kind: 'accept', server, looked }
}

function refusalOf({ kind }: Page, method: string | undefined): Refusal | undefined {
  const allow = kind === 'accept' ? 'POST' : 'GET'
  return method === allow
    ? undefined
    : { status: 405, message: `${allow} is offered here`, headers: { allow } }
}

const isRefusal = (told: Refusal | { readonly told: object }): told is Refusal => 'status' in told

function answerJson(response: ServerResponse, { told }: { readonly told: object }): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(told))
}

const notAccepted = {
  unknown: (server: string) =>
    `nobody knows what the server ${server} offers now: it has not been started since the proxy was; call one of its tools`,
  another: (server: string) =>
    `the server ${server} does not offer what you have looked at: look again (GET /servers), and say what you accept`,
} as const
