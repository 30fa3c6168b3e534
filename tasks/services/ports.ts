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

async function freePort(host: string): Promise<number> {
  const trial = await listenOn(host, 0)
  if (!trial.free) throw new Error(`no free port on ${host}: ${trial.code}`)
  return trial.port
}

function listenOn(
  host: string,
  port: number,
): Promise<{ free: true; port: number } | { free: false; code: string | undefined }> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ free: false, code: error.code }))
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address()
      const bound = typeof address === 'object' && address !== null ? address.port : port
      server.close(() => resolve({ free: true, port: bound }))
    })
  })
}
