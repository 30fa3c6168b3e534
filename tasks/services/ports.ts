import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { UserError } from '../../lib/user-error.ts'

export type WantedPort = {
  service: string
  host: string
  port: number
  /** Whether a person asked for just this port. */
  asked: boolean
}

export type ChosenPort = { port: number /** What was wanted and is taken. */; insteadOf?: number }

/**
 * The port that a service is to listen on: the wanted one where it is free, otherwise any free one. One that was asked
 * for by name is used or refused, never replaced.
 */
export async function choosePort({ service, host, port, asked }: WantedPort): Promise<ChosenPort> {
  if (port === 0) return { port: await freePort(host) }
  const trial = await listenOn(host, port)
  if (trial.free) return { port }
  if (trial.code === 'EADDRNOTAVAIL' || trial.code === 'ENOTFOUND' || trial.code === 'EACCES')
    throw new UserError(`the ${service} cannot listen on ${host}:${port} (${trial.code})`, {
      fix: `set ${service}.host and ${service}.port in config/server.local.toml`,
    })
  if (asked)
    throw new UserError(`port ${port}, which was asked for as ${service}.port, is in use`, {
      fix: `end what listens on ${host}:${port}, or ask for another port`,
    })
  return { port: await freePort(host), insteadOf: port }
}

/**
 * Below the range that the system itself gives to connections and to whoever asks for any port (ip(7),
 * ip_local_port_range): the port is only used a moment later, and by then the system may have given it away.
 */
const lowestPort = 20_000
const highestPort = 32_000

async function freePort(host: string): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(lowestPort, highestPort)
    const trial = await listenOn(host, port)
    if (trial.free) return port
    if (trial.code !== 'EADDRINUSE') throw new Error(`nothing can listen on ${host}: ${trial.code}`)
  }
  throw new Error(`no free port on ${host} from ${lowestPort} to ${highestPort}`)
}

function listenOn(
  host: string,
  port: number,
): Promise<{ free: true } | { free: false; code: string | undefined }> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ free: false, code: error.code }))
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => resolve({ free: true }))
    })
  })
}
