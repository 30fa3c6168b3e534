import type { ServerResponse } from 'node:http'
/** Why a request to an MCP server is not even looked at. */
export type Refusal = {
  readonly status: 400 | 401 | 403 | 404 | 405 | 406 | 408 | 409 | 413 | 415 | 429 | 503
  readonly message: string
  /** That of JSON-RPC, where one fits. */
  readonly code?: -32_600 | -32_700
  readonly headers?: Readonly<Record<string, string>>
}

/** As the protocol has it of what is no answer to a message: an error without an id. What else was sent is not read. */
export function refuse(response: ServerResponse, { status, message, code, headers = {} }: Refusal): void {
  const body = { jsonrpc: '2.0', error: { code: code ?? -32_000, message }, id: null }
  response.writeHead(status, { ...headers, 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body))
}
