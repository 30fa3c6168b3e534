import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Arrival } from './connection-room.ts'

/** How often idle connections are looked for while a server closes, in milliseconds. */
const interval = 20

/** How long a connection that has asked nothing yet may still do so after the close began, in milliseconds. */
const patience = 200

/** The same of one that is shaking hands, which takes some turns. */
const handshakePatience = 1_000

/**
 * Watches the connections of a server, so that it can be left without a request that fails, and closing it does not wait
 * for connections on which nothing happens. Node closes what is idle when the close begins; it knows neither what becomes
 * idle later nor what never asked anything.
 */
export function watchConnections(server: Server, arrives: Arrival = 'connection') {
  const open = new Set<Socket>()
  const silent = new Set<Socket>()
  const unanswered = new Set<ServerResponse>()
  /** Those that have not shaken hands, by where they come from: what comes of one is another socket. */
  const shaking = new Map<string, Socket>()
  let isLeaving = false
  let lastAsked = Number.NEGATIVE_INFINITY
  if (arrives === 'secureConnection')
    server.on('connection', (socket: Socket) => {
      const from = endOf(socket)
      shaking.set(from, socket)
      socket.once('close', () => {
        if (shaking.get(from) === socket) shaking.delete(from)
      })
    })
  server.on(arrives, (socket: Socket) => {
    shaking.delete(endOf(socket))
    open.add(socket)
    silent.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      silent.delete(socket)
    })
  })
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    silent.delete(socket)
    lastAsked = performance.now()
    if (isLeaving) response.shouldKeepAlive = false
    unanswered.add(response)
    response.once('close', () => unanswered.delete(response))
  })
  server.on('upgrade', ({ socket }: IncomingMessage) => silent.delete(socket))
  return {
    /** How many requests have no whole answer yet. */
    underWay: (): number => unanswered.size,

    /**
     * Accepts nobody from here on; what is open stays. Where a successor has the same listening socket (`offer-listeners.ts`),
     * what waits there to be accepted comes to it.
     */
    stopListening(): void {
      // The HTTP server's own would close what is idle as well, and a request may be on its way there just now.
      NetServer.prototype.close.call(server)
    },

    /**
     * Has clients leave by themselves: from here on each answer says that it is the last one on its connection. What
     * has been idle for longer than this takes is closed then; a client that asks just now has had its answer.
     */
    async leave(): Promise<void> {
      isLeaving = true
      for (const response of unanswered) response.shouldKeepAlive = false
      while (open.size > 0 && performance.now() - lastAsked < patience) await delay(interval)
      server.closeIdleConnections()
    },

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
        if (waited > handshakePatience) for (const socket of shaking.values()) socket.destroy()
        if (waited > deadline) for (const socket of open) socket.destroy()
      }, interval)
      await closed.finally(() => clearInterval(sweep))
    },
  }
}

/** The other end of a connection, of which a server has no two. */
const endOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
