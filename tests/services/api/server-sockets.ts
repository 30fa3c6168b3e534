import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { Test } from 'tap'

const channel = 'net.server.socket'

/**
 * The server's ends of connections to a port that are made from now on, all in this process: how much waits there for
 * whom can be seen nowhere else. By the port that the client has.
 */
export function serverSockets(t: Test, port: number): ReadonlyMap<number, Socket> {
  const sockets = new Map<number, Socket>()
  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    if (socket.localPort === port && socket.remotePort !== undefined) sockets.set(socket.remotePort, socket)
  }
  subscribe(channel, onSocket)
  t.teardown(() => unsubscribe(channel, onSocket))
  return sockets
}
