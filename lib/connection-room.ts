import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** The event that brings the sockets of a server's requests: over TLS those that have shaken hands. */
export type Arrival = 'connection' | 'secureConnection'

/**
 * Keeps the connections of a server to so many. One more takes the place of that on which nothing has been asked for the
 * longest time, half-sent requests included: whoever holds thousands open keeps nobody else out. Where all are in use,
 * it is closed itself.
 */
export function limitConnections(server: Server, most: number, arrives: Arrival = 'connection'): void {
  let open = 0
  /** In the order in which they fell idle. */
  const idle = new Set<Duplex>()
  /** On which something is being answered, and how much: over HTTP/2 that may be more than one. */
  const answering = new Map<Duplex, number>()
  server.on(arrives, (socket: Duplex) => {
    open++
    idle.add(socket)
    socket.once('close', () => {
      open--
      idle.delete(socket)
      answering.delete(socket)
    })
    if (open <= most) return
    const [longest] = idle
    longest?.destroy()
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    const inUse = () => {
      if (response.closed) return
      answering.set(socket, (answering.get(socket) ?? 0) + 1)
      idle.delete(socket)
      response.once('close', over)
    }
    const over = () => {
      const others = (answering.get(socket) ?? 1) - 1
      if (others > 0) return void answering.set(socket, others)
      answering.delete(socket)
      if (!socket.destroyed) idle.add(socket)
    }
    // Nobody has asked for anything before all of it is there.
    if (bringsBody(request)) request.once('end', inUse)
    else inUse()
  })
  server.on('upgrade', ({ socket }: IncomingMessage) => idle.delete(socket))
}

const bringsBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
