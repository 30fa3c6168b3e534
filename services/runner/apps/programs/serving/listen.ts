import { chmod } from 'node:fs/promises'
import type { Server } from 'node:http'
import { watchConnections } from '../../../../../lib/http-connections.ts'
import { removeStaleSocket } from '../../../../../lib/stale-socket.ts'

/** Connections at a time; the front door is the only one that makes any. */
const mostConnections = 512
/** How long a request may take to say what it wants, in milliseconds. */
const headersMs = 10_000
/** How long what is being answered may take to end, once the program is to. */
const drainMs = 1_000

/** Serves on a unix socket that only its owner may connect to. Nobody else is asked who they are: the front door does that. */
export async function listenOn(
  server: Server,
  path: string,
  /** How long a connection may say nothing; 0: as long as it likes. */
  silenceMs = 60_000,
): Promise<AsyncDisposable> {
  await removeStaleSocket(path, 'another program')
  server.maxConnections = mostConnections
  server.headersTimeout = headersMs
  // What comes in is bounded and may be slow, but may not stop.
  server.requestTimeout = 0
  server.timeout = silenceMs
  const connections = watchConnections(server)
  const umask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } finally {
    process.umask(umask)
  }
  await chmod(path, 0o600)
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => server.close(resolve))
      await connections.drain(closed, drainMs)
    },
  }
}
