import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Arrival, limitConnections, type RoomOptions } from '../../lib/connection-room.ts'
import { watchConnections } from '../../lib/http-connections.ts'
import type { ListenOn } from '../../lib/listener/listen-on.ts'
import { urlOf } from '../../lib/url.ts'
import { UserError } from '../../lib/user-error.ts'
import { malformedRequest } from '../contract/malformed-request.ts'
import { endWithProblem } from './problem.ts'

export type DoorOptions = {
  readonly listen: ListenOn
  /** The setting that says so: `proxy.port`. */
  readonly setting: string
  readonly arrives: Arrival
  /** How many connections of clients may be open. */
  readonly connections: number
  /** How many of them one address may have. */
  readonly share: NonNullable<RoomOptions['share']>
  /** Has clients leave whose connections Node's server does not know. */
  readonly leave?: () => void
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** One address at which the proxy is reached. */
export type Door = {
  readonly url: string
  /** Takes nothing new, and has who is there go elsewhere; once. */
  leave(): Promise<void>
  /** Has left then, waits for what is in progress, and cuts it after so many milliseconds. */
  drain(deadline: number): Promise<void>
}

/** What every door sees to, whoever answers behind it. */
export async function openDoor(server: Server, options: DoorOptions): Promise<Door> {
  const { arrives, share } = options
  server.on('upgrade', (request, socket, head) => {
    // Node's server hears of its errors no more, and one that nobody hears of ends the process. 'close' follows.
    socket.on('error', () => {})
    options.onUpgrade(request, socket, head)
  })
  // Whether it wants the body is for the upstream to say.
  server.on('checkContinue', (request, response) => server.emit('request', request, response))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const { code, detail } = malformedRequest(error.code)
    endWithProblem(socket, code, detail)
  })
  limitConnections(server, options.connections, { arrives, share })
  const connections = watchConnections(server, arrives)
  let leaving: Promise<void> | undefined
  const leave = () => {
    leaving ??= (async () => {
      connections.stopListening()
      options.leave?.()
      await connections.leave()
    })()
    return leaving
  }
  return {
    url: await listening(server, options),
    leave,
    async drain(deadline) {
      await leave()
      await connections.drain(new Promise(resolve => server.close(resolve)), deadline)
    },
  }
}

async function listening(server: Server, { listen: { host, port, fd }, setting, arrives }: DoorOptions) {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, fd }, () => {
      server.off('error', reject)
      resolve()
    })
  }).catch(error => {
    if (error.code !== 'EADDRINUSE') throw error
    throw new UserError(`port ${port} on ${host} is taken by another program`, {
      fix: `set another ${setting} in config/server.local.toml, or end that program`,
      cause: error,
    })
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port')
  const url = urlOf({ host, port: address.port })
  return arrives === 'connection' ? url : url.replace(/^http:/, 'https:')
}
