import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { connectionSettings } from '../../../config/client/connection.ts'
import { type ConnectionFlags, loadSettings } from '../../../config/client/load.ts'
import { visible } from '../../../lib/visible.ts'
import { dapPath } from '../../../services/contract/dap.ts'
import { openWebSocket } from '../../sdk/web-socket.ts'
import { CliError, usageError } from '../cli-error.ts'
import { bridgeDap, type EditorStreams } from '../dap/dap-bridge.ts'
import { isOwnPeer } from '../dap/is-own-peer.ts'
import { localCheckout } from '../dap/local-checkout.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { clientAs } from '../server-client.ts'

type Flags = ConnectionFlags & {
  readonly json?: true
  readonly verbose?: true
  readonly port?: string
  readonly local?: string
  readonly debug?: string
  readonly stdio?: true
}

/** The longest message of the server's, in bytes: as long as any that its runner says. */
const longestMessage = 64 * 1024 * 1024

/** Is a debug adapter on this machine, whose work is done by the server: for each editor that connects, until it is told to end. */
export async function attachEditors(
  io: Io,
  flags: Flags,
  [reference = '']: readonly string[],
): Promise<void> {
  const port = portIn(flags.port)
  const settings = await loadSettings(io, flags)
  const { baseUrl, ca, insecure } = await connectionSettings(settings)
  await using client = await clientAs(io, settings, flags)
  const session = await client.sessions.get({ session: reference })
  const root = await localCheckout(io, flags.local, session)
  const query = {
    ...(flags.debug !== undefined && { debug: flags.debug }),
    ...(root !== undefined && { root }),
  }
  // What is wrong with it is found before an editor is.
  if (flags.debug !== undefined) await client.debug.status({ session: session.id, debug: flags.debug })
  const open = async () => {
    const { ticket } = await client.tickets.create({ stream: 'debug', session: session.id })
    const path = `${dapPath.replace('{session}', session.id)}?${new URLSearchParams({ ...query, ticket })}`
    return openWebSocket({ baseUrl, path, ca, insecure, signal: io.signal, maxPayload: longestMessage })
  }
  if (root === undefined)
    io.stderr.write(
      "here is no checkout of the session's repository: files are named as on the server; --local DIR says where you have them\n",
    )
  const serve = async (streams: EditorStreams) => {
    const why = await bridgeDap(streams, open(), io.signal)
    if (why !== '') io.stderr.write(`${visible(why)}\n`)
  }
  if (flags.stdio === true) return await serve({ input: io.stdin, output: io.stdout })
  await using listening = await listen(port, socket => serve({ input: socket, output: socket }), io)
  const address = { host: '127.0.0.1', port: listening.port }
  const told = flags.json
    ? JSON.stringify({ ...address, session: session.id, local: root ?? null })
    : `${address.host}:${address.port} is a debug adapter for ${session.id}${root === undefined ? '' : ` in ${visible(root)}`}; Ctrl+C ends it, and leaves the program`
  await write(io.stdout, `${told}\n`, io.signal)
  if (!io.signal.aborted) await once(io.signal, 'abort')
  throw io.signal.reason
}

function portIn(text: string | undefined): number {
  const port = Number(text ?? 0)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw usageError(`--port ${visible(text ?? '')}: expected a number from 0 to 65535; 0: any that is free`)
}

type Listening = AsyncDisposable & { readonly port: number }

/** On loopback alone, for whom this program runs as alone. */
async function listen(port: number, serve: (socket: Socket) => Promise<void>, io: Io): Promise<Listening> {
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined) // 'close' follows
    socket.once('close', () => sockets.delete(socket))
    isOwnPeer(socket)
      .then(async own => {
        if (own) return await serve(socket)
        io.stderr.write('another user of this machine has connected, and was turned away\n')
        socket.destroy()
      })
      .catch(() => socket.destroy())
  })
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw new CliError('port_taken', exitCodes.failure, `port ${port} of 127.0.0.1 cannot be had (${code})`, {
      fix: 'name another one with --port, or none: any that is free is taken',
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
