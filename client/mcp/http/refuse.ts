import type { ServerResponse } from 'node:http'
import type { Refusal } from './admission.ts'

/** As the protocol has it of what is no answer to a message: an error without an id. What else was sent is not read. */
export function refuse(response: ServerResponse, { status, message, headers = {} }: Refusal): void {
  const body = { jsonrpc: '2.0', error: { code: -32_000, message }, id: null }
  response.writeHead(status, { ...headers, 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body))
}
