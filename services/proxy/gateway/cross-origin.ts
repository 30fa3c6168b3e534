import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GatewaySettings } from '../../../config/mcp/schema.ts'

/** What pages send and read beside what browsers allow anyway. */
const sent = 'authorization, content-type, last-event-id, mcp-protocol-version, mcp-session-id'
const read = 'mcp-session-id, retry-after, www-authenticate'

/**
 * Has the browser hand answers to pages of the origins that may use this server; to no others. True where that was all that was
 * asked: it asks before it sends a token, and has none then.
 */
export function answerBrowser(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  { origins }: GatewaySettings,
): boolean {
  const { origin } = headers
  if (origin === undefined || !origins.includes(origin.toLowerCase())) return false
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-expose-headers', read)
  response.setHeader('vary', 'origin')
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false
  const allowed = {
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': sent,
    'access-control-max-age': '600',
  }
  response.writeHead(204, allowed).end()
  return true
}
