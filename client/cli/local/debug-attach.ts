import { once } from 'node:events'
import { connectionSettings } from '../../../config/client/connection.ts'
import { type ConnectionFlags, loadSettings } from '../../../config/client/load.ts'
import { visible } from '../../../lib/visible.ts'
import { dapPath } from '../../../services/contract/dap.ts'
import { sessionId } from '../../../services/contract/ids.ts'
import type { Client } from '../../sdk/client.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { openWebSocket } from '../../sdk/web-socket.ts'
import { bridgeDap, type EditorStreams } from '../dap/dap-bridge.ts'
import { localCheckout } from '../dap/local-checkout.ts'
import { type Io, write } from '../io.ts'
import { listenOnLoopback, portIn } from '../loopback.ts'
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
  const port = portIn('--port', flags.port ?? '0', 0)
  const settings = await loadSettings(io, flags)
  const { baseUrl, ca, insecure } = await connectionSettings(settings)
  await using client = await clientAs(io, settings, flags)
  const session = await namedSession(client, reference)
  const root = await localCheckout(io, flags.local, session.commit)
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
      `${session.commit === undefined ? 'the session is not yours, so its commit is not known here' : "here is no checkout of the session's repository"}: files are named as on the server; --local DIR says where you have them\n`,
    )
  const serve = async (streams: EditorStreams) => {
    const why = await bridgeDap(streams, open(), io.signal)
    if (why !== '') io.stderr.write(`${visible(why)}\n`)
  }
  if (flags.stdio === true) return await serve({ input: io.stdin, output: io.stdout })
  await using listening = await listenOnLoopback(port, socket => serve({ input: socket, output: socket }), io)
  const address = { host: '127.0.0.1', port: listening.port }
  const told = flags.json
    ? JSON.stringify({ ...address, session: session.id, local: root ?? null })
    : `${address.host}:${address.port} is a debug adapter for ${session.id}${root === undefined ? '' : ` in ${visible(root)}`}; Ctrl+C ends it, and leaves the program`
  await write(io.stdout, `${told}\n`, io.signal)
  if (!io.signal.aborted) await once(io.signal, 'abort')
  throw io.signal.reason
}

/** The session that is meant. Of one of somebody else, who lets this user debug in it, no more than its id is known. */
async function namedSession(
  client: Client,
  reference: string,
): Promise<{ readonly id: string; readonly commit: string | null | undefined }> {
  try {
    return await client.sessions.get({ session: reference })
  } catch (error) {
    const mayBeShared = ['session_not_found', 'insufficient_scope']
    if (!(error instanceof ProblemError) || !mayBeShared.includes(error.code)) throw error
    const shared = await client.debug.list({ session: reference, limit: 1 }).catch(() => undefined)
    const id = shared?.items[0]?.session ?? sessionId.schema.safeParse(reference).data
    if (shared === undefined || id === undefined) throw error
    return { id, commit: undefined }
  }
}
