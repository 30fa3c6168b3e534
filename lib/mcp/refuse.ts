import type { ServerResponse } from 'node:http'
/** Why a request to an MCP server is not even looked at. */
export type Refusal = {
  readonly status: 400 | 401 | 403 | 404 | 405 | 429 | 503
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

/** As the protocol has it of what is no answer to a message: an error without an id. What else was sent is not read. */
export function refuse(response: ServerResponse, { status, message, headers = {} }: Refusal): void {
  const body = { jsonrpc: '2.0', error: { code: -32_000, message }, id: null }
  response.writeHead(status, { ...headers, 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body))
}
