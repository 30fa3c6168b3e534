import { once } from 'node:events'
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { type ClientPlace, type ConnectionFlags, loadSettings } from '../../../config/client/load.ts'
import { packageVersion } from '../../../config/package.ts'
import { errorCode } from '../../../lib/error-code.ts'
import { watchConnections } from '../../../lib/http-connections.ts'
import { McpSessions } from '../../../lib/mcp/mcp-sessions.ts'
import { refuse } from '../../../lib/mcp/refuse.ts'
import { UserError } from '../../../lib/user-error.ts'
import { Connections } from '../connections.ts'
import { longestMessage } from '../message-limit.ts'
import { createMcpServer } from '../server.ts'
import { createTools } from '../tools.ts'
import { mcpPath, refusalOf } from './admission.ts'
import { newBearer, readBearer } from './bearer.ts'

export type ServeHttpOptions = {
  readonly place: ClientPlace
  readonly flags: ConnectionFlags
  readonly port: number
  readonly bearerFile: string | undefined
  readonly log: (text: string) => void
  readonly report: (error: unknown) => void
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Whoever bears what opens this server may do all that it does. */
const everybody = { owner: '' }
const mostClients = 32
const mostConnections = 256
const idleMs = 30 * 60_000
/** How long requests in progress may take to end with the server, in milliseconds. */
const grace = 1_000

/** Speaks MCP over Streamable HTTP to several clients on this machine until the signal comes. */
export async function serveHttp(options: ServeHttpOptions): Promise<void> {
  const { place, flags, log, report, signal } = options
  const bearer = await bearerOf(options)
  await using connections = new Connections(place, flags)
  const tools = createTools()
  const version = packageVersion()
  await using sessions = new McpSessions({
    create: () => createMcpServer({ version, tools, connections, report }),
    most: mostClients,
    idleMs,
    longestMessage,
  })
  const http = createServer((request, response) => {
    const refusal = refusalOf(request, { port, bearer })
    if (refusal !== undefined) return refuse(response, refusal)
    sessions.answer(request, response, everybody).catch(error => {
      report(error)
      response.destroy()
    })
  })
  http.maxConnections = mostConnections
  const watched = watchConnections(http)
  const port = await listen(http, options.port)
  log(`listening on http://127.0.0.1:${port}${mcpPath}`)
  if (options.bearerFile === undefined) log(`bearer: ${bearer}`)
  if (!signal.aborted) await once(signal, 'abort')
  const closed = once(http, 'close')
  http.close()
  await sessions[Symbol.asyncDispose]()
  await watched.drain(closed, grace)
}

/** A new bearer, or that of the file. It must be no token of the Debug Server, which opens more than this. */
async function bearerOf({ place, flags, bearerFile }: ServeHttpOptions): Promise<string> {
  if (bearerFile === undefined) return newBearer()
  const bearer = await readBearer(resolve(place.directory, bearerFile))
  const token = await loadSettings(place, flags).then(
    settings => settings.token?.value,
    error => {
      // Without a server there is no token; a call will say what is wrong.
      if (error instanceof UserError) return undefined
      throw error
    },
  )
  if (bearer !== token) return bearer
  throw new UserError(`--bearer-file ${bearerFile}: this is the token of the Debug Server`, {
    fix: `make another: (umask 077; openssl rand -hex 32 > ${bearerFile})`,
  })
}

/** Resolves with the port. */
async function listen(http: ReturnType<typeof createServer>, port: number): Promise<number> {
  http.listen(port, '127.0.0.1')
  try {
    await once(http, 'listening')
  } catch (error) {
    const code = errorCode(error)
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    throw new UserError(`port ${port} of 127.0.0.1 ${code === 'EACCES' ? 'may not be used' : 'is in use'}`, {
      fix: 'give another with --port; 0 takes any that is free',
    })
  }
  const address = http.address()
  if (address === null || typeof address === 'string') throw new TypeError('a server on TCP has a port')
  return address.port
}
