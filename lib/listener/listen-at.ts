import { rm } from 'node:fs/promises'
import type { Server } from 'node:net'

/**
 * Has a server listen at the unix socket at `path`, in place of what was there, without keeping its process from its end.
 * Rejects where it cannot; what goes wrong later is told to `onError`. Disposed, it is closed and the socket is gone.
 */
export async function listenAt(
  server: Server,
  path: string,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, () => {
      server.off('error', reject).on('error', onError).unref()
      resolve()
    })
  })
  return {
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => server.close(resolve))
      await rm(path, { force: true })
    },
  }
}
