import { once } from 'node:events'
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/** Names a file without opening it; Node.js has no name for it. Linux, all architectures that Node.js runs on. */
const namesOnly = 0o10000000
const connectMs = 5_000

/**
 * Connects to the unix socket that an app has made, and to nothing that it may have put in its place: a link could lead to a
 * socket of the host. Rejects where there is none, and where nobody accepts.
 */
export async function connectSocket(path: string): Promise<Socket> {
  const file = openSync(path, namesOnly | constants.O_NOFOLLOW)
  try {
    if (!fstatSync(file).isSocket()) throw new Error('what the app listens on is no socket')
    const socket = connect({ path: `/proc/self/fd/${file}`, allowHalfOpen: true })
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) })
    } catch (error) {
      socket.destroy()
      throw error
    }
    return socket.on('error', () => undefined)
  } finally {
    closeSync(file)
  }
}
