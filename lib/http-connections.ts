import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Arrival } from './connection-room.ts'

/** How often idle connections are looked for while a server closes, in milliseconds. */
const interval = 20

/** How long a connection that has asked nothing yet may still do so after the close began, in milliseconds. */
const patience = 200

/**
 * Watches the connections of a server, so that closing it does not wait for those on which nothing happens. Node closes
 * what is idle when the close begins; it knows neither what becomes idle later nor what never asked anything.
 */
export function watchConnections(server: Server, arrives: Arrival = 'connection') {
  const open = new Set<Socket>()
  const silent = new Set<Socket>()
  server.on(arrives, (socket: Socket) => {
    open.add(socket)
    silent.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      silent.delete(socket)
    })
  })
  const asked = ({ socket }: IncomingMessage) => silent.delete(socket)
  server.on('request', asked)
  server.on('upgrade', asked)
  return {
    /**
     * Waits for `closed`, the close that was begun; cuts what is still open after `deadline` milliseconds, what was
     * upgraded included.
     */
    async drain(closed: Promise<unknown>, deadline: number): Promise<void> {
      const began = performance.now()
      const sweep = setInterval(() => {
        const waited = performance.now() - began
        server.closeIdleConnections()
        if (waited > patience) for (const socket of silent) socket.destroy()
        if (waited > deadline) for (const socket of open) socket.destroy()
      }, interval)
      await closed.finally(() => clearInterval(sweep))
    },
  }
}
