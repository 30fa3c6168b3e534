import { createServer, type Socket } from 'node:net'
import { listenAt } from './listen-at.ts'
import { tellCount } from './tell-count.ts'

/**
 * Tells whoever connects to the unix socket at `path`, which only its owner may, how many there are, until there is none: see
 * tell-count.ts.
 */
export async function offerCount(
  count: () => number,
  path: string,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  const asking = new Set<Socket>()
  const door = createServer(connection => {
    asking.add(connection)
    connection
      .on('error', () => {})
      .once('close', () => asking.delete(connection))
      .resume()
    tellCount(connection, count, () => true)
  })
  const listening = await listenAt(door, path, onError)
  return {
    async [Symbol.asyncDispose]() {
      for (const connection of asking) connection.destroy()
      await listening[Symbol.asyncDispose]()
    },
  }
}
