import type { Server } from 'node:net'

/** Listens on a free port of loopback, and says which. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((ready, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', ready)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a server listens on no port')
  return address.port
}
