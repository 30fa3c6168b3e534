import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { visible } from '../../lib/visible.ts'
import { CliError, usageError } from './cli-error.ts'
import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { isOwnPeer } from './is-own-peer.ts'

export type Listening = AsyncDisposable & { readonly port: number }

export function portIn(flag: string, text: string, least: 0 | 1): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (port >= least && port <= 65_535) return port
  const any = least === 0 ? '; 0: any that is free' : ''
  throw usageError(`${flag} ${visible(text)}: expected a number from ${least} to 65535${any}`)
}

/** Listens on loopback alone, for whom this program runs as alone. Who connects is served until `serve` resolves. */
export async function listenOnLoopback(
  port: number,
  serve: (socket: Socket) => Promise<void>,
  io: Pick<Io, 'stderr'>,
): Promise<Listening> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined) // 'close' follows
    socket.once('close', () => sockets.delete(socket))
    isOwnPeer(socket)
      .then(async own => {
        if (own) return await serve(socket)
        io.stderr.write('another user of this machine has connected, and was turned away\n')
      })
      .catch((error: unknown) => io.stderr.write(`${visible(String(error))}\n`))
      .finally(() => socket.destroySoon())
  })
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw new CliError('port_taken', exitCodes.failure, `port ${port} of 127.0.0.1 cannot be had (${code})`, {
      fix: 'name another one, or 0: any that is free',
    })
  }
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
