import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { connectionSettings } from '../../../config/client/connection.ts'
import { type ConnectionFlags, loadSettings } from '../../../config/client/load.ts'
import { visible } from '../../../lib/visible.ts'
import { tunnelPath } from '../../../services/contract/tunnel.ts'
import { openWebSocket } from '../../sdk/web-socket.ts'
import { CliError, usageError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { type Listening, listenOnLoopback, portIn } from '../loopback.ts'
import { clientAs } from '../server-client.ts'
import { carryTunnel } from '../tunnel/carry-tunnel.ts'

type Flags = ConnectionFlags & {
  readonly json?: true
  readonly verbose?: true
  readonly port?: string
  readonly socket?: string
  readonly listen?: string
  readonly stdio?: true
}

const longestFrame = 16 * 1024 * 1024

/** Listens on this machine for what is to come to a port or socket of a session, until it is told to end. */
export async function tunnel(io: Io, flags: Flags, [reference = '']: readonly string[]): Promise<void> {
  const target = targetIn(flags)
  const settings = await loadSettings(io, flags)
  const { baseUrl, ca, insecure } = await connectionSettings(settings)
  await using client = await clientAs(io, settings, flags)
  const { id: session } = await client.sessions.get({ session: reference })
  const carry = async (streams: { input: Readable; output: Writable }): Promise<string> => {
    const { ticket } = await client.tickets.create({ stream: 'debug', session })
    const path = `${tunnelPath.replace('{session}', session)}?${new URLSearchParams({ ...target, ticket })}`
    const options = { baseUrl, path, ca, insecure, signal: io.signal, maxPayload: longestFrame }
    return await carryTunnel(streams, await openWebSocket(options), io.signal)
  }
  if (flags.stdio === true) {
    const why = await carry({ input: io.stdin, output: io.stdout })
    if (why !== '') throw new CliError('tunnel_ended', exitCodes.failure, why)
    return
  }
  const serve = async (streams: { input: Readable; output: Writable }) => {
    const why = await carry(streams)
    if (why !== '') io.stderr.write(`${visible(why)}\n`)
  }
  await using listening = await listenAt(flags, target.port, serve, io)
  const address = `127.0.0.1:${listening.port}`
  const what = target.port === undefined ? visible(target.socket ?? '') : `port ${target.port}`
  const told = flags.json
    ? JSON.stringify({ host: '127.0.0.1', port: listening.port, session, target })
    : `${address} is ${what} of ${session}; Ctrl+C ends it`
  await write(io.stdout, `${told}\n`, io.signal)
  if (!io.signal.aborted) await once(io.signal, 'abort')
  throw io.signal.reason
}

type Target = { readonly port?: string; readonly socket?: string }

function targetIn({ port, socket }: Flags): Target {
  if ((port === undefined) === (socket === undefined))
    throw usageError('what is it to lead to?', 'give either --port PORT or --socket PATH')
  if (socket !== undefined) return { socket }
  return { port: String(portIn('--port', port ?? '', 1)) }
}

/** At the same port as in the session, which documents and configurations name; where that is taken, at any. */
async function listenAt(
  { listen }: Flags,
  port: string | undefined,
  serve: (streams: { input: Readable; output: Writable }) => Promise<void>,
  io: Io,
): Promise<Listening> {
  const at = (wanted: number) =>
    listenOnLoopback(wanted, socket => serve({ input: socket, output: socket }), io)
  if (listen !== undefined) return at(portIn('--listen', listen, 0))
  return port === undefined ? at(0) : at(Number(port)).catch(() => at(0))
}
