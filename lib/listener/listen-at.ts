import { rm } from 'node:fs/promises'
import type { Server, Socket } from 'node:net'

/**
 * Has a server listen at the unix socket at `path`, in place of what was there, without keeping its process from its end.
 * Rejects where it cannot; what goes wrong later is told to `onError`, but for errors of connections: their `close` follows. Disposed, it is
 * closed with all that are connected, and the socket is gone.
 */
export async function listenAt(
  server: Server,
  path: string,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  const connections = new Set<Socket>()
  server.on('connection', connection => {
    connections.add(connection)
    connection.on('error', () => {}).once('close', () => connections.delete(connection))
  })
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, () => {
      server.off('error', reject).on('error', onError).unref()
      resolve()
    })
  })
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => server.close(resolve))
      for (const connection of connections) connection.destroy()
      await closed
      await rm(path, { force: true })
    },
  }
}
