import type { IncomingHttpHeaders } from 'node:http'
import type { Refusal } from '../../../lib/mcp/refuse.ts'
import { bears } from './bearer.ts'

/** Where MCP is served. */
export const mcpPath = '/mcp'

type Asked = { readonly url?: string | undefined; readonly headers: IncomingHttpHeaders }

/**
 * Why a request is not even looked at; undefined where it is. A page in a browser on this machine can reach a loopback
 * address, also by a name of its own that it has made to point there: so Host has to be one of ours, and where there is an
 * Origin, that as well. Only then does the bearer count.
 */
export function refusalOf(
  { url = '', headers }: Asked,
  { port, bearer }: { readonly port: number; readonly bearer: string },
): Refusal | undefined {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map(name => `${name}:${port}`)
  const { host = '', origin, authorization } = headers
  if (!hosts.includes(host.toLowerCase()))
    return { status: 403, message: `the Host of this server is ${hosts[0]}` }
  if (origin !== undefined && !hosts.some(own => origin.toLowerCase() === `http://${own}`))
    return { status: 403, message: 'pages of other origins may not ask this server' }
  if (url.split('?')[0] !== mcpPath) return { status: 404, message: `MCP is served at ${mcpPath}` }
  if (!bears(authorization, bearer))
    return {
      status: 401,
      message: 'the bearer of this server is missing or wrong: it was told when the server was started',
      headers: { 'www-authenticate': 'Bearer' },
    }
  return undefined
}
