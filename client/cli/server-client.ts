import { connectionSettings, serverSettings } from '../../config/client/connection.ts'
import { type ConnectionFlags, loadSettings } from '../../config/client/load.ts'
import type { Settings } from '../../config/client/resolve.ts'
import { type Client, createClient } from '../sdk/client.ts'
import type { TransportEvent } from '../sdk/told-transport.ts'
import type { Io } from './io.ts'

type Flags = ConnectionFlags & { readonly verbose?: true }

/** How often a request is sent again that the server is too busy for. */
const retries = 4

/** A client of the server that the settings name, as who they say. */
export const clientAs = async (io: Io, settings: Settings, flags: Flags): Promise<Client> =>
  createClient({ ...(await connectionSettings(settings)), ...(await options(io, settings, flags)) })

/** A client of the server that the flags mean, without saying who asks. */
export async function clientOfNobody(
  io: Io,
  flags: Flags,
): Promise<{ readonly client: Client; readonly settings: Settings }> {
  const settings = await loadSettings(io, flags)
  const server = await serverSettings(settings)
  return { client: createClient({ ...server, ...(await options(io, settings, flags)) }), settings }
}

const options = async (io: Io, settings: Settings, { verbose }: Flags) => ({
  signal: io.signal,
  userAgent: 'debug-server-cli',
  retries,
  tell: verbose === true ? await teller(io, settings) : undefined,
})

/** Writes what goes on between here and the server to stderr. */
async function teller({ stderr }: Io, settings: Settings): Promise<(event: TransportEvent) => void> {
  const { eventLine, settingsLine } = await import('./verbose.ts')
  stderr.write(`${settingsLine(settings)}\n`)
  return event => void stderr.write(`${eventLine(event)}\n`)
}
