import { createServer } from 'node:net'
import { probe } from '../services/probe.ts'
import type { StartedService } from '../services/service.ts'
import type { Finding } from './finding.ts'
import { portHolder } from './port-holder.ts'

export type CheckedPort = {
  readonly service: 'api' | 'proxy'
  readonly host: string
  readonly port: number
  /** Whether a person asked for just this port: no other is used then. */
  readonly asked: boolean
}

/** Whether a port is free, or held by the service that `up` started on it. */
export async function inspectPort(
  { service, host, port, asked }: CheckedPort,
  started: readonly StartedService[],
): Promise<Finding> {
  const what = `port ${service}`
  const ours = started.find(known => known.service === service)
  if (ours !== undefined && (await probe(ours, 1_000)).answer === 'ready')
    return { what, verdict: 'ok', detail: `our ${service} listens on ${ours.address}` }
  if (port === 0) return { what, verdict: 'ok', detail: 'any free one is taken' }
  const code = await tryToListen(host, port)
  if (code === undefined) return { what, verdict: 'ok', detail: `${host}:${port} is free` }
  if (code !== 'EADDRINUSE')
    return {
      what,
      verdict: 'failed',
      detail: `the ${service} cannot listen on ${host}:${port} (${code})`,
      fix: `set ${service}.host and ${service}.port in config/server.local.toml`,
    }
  const holder = portHolder(port) ?? 'another program'
  return asked
    ? {
        what,
        verdict: 'failed',
        detail: `${host}:${port}, which was asked for, is held by ${holder}`,
        fix: `end it, or ask for another port as ${service}.port`,
      }
    : {
        what,
        verdict: 'warning',
        detail: `${host}:${port} is held by ${holder}: up takes a free one in its place`,
        fix: `end it, or set ${service}.port in config/server.local.toml`,
      }
}

/** Why nobody can listen there now; undefined where one can. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
