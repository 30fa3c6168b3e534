import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { processTable } from '../../lib/processes/process-table.ts'
import { UserError } from '../../lib/user-error.ts'
import { listenersOf } from './listeners.ts'
import { processText } from './process-text.ts'

export const portVariables = { proxy: 'DEBUG_SERVER__PROXY__PORT', api: 'DEBUG_SERVER__API__PORT' } as const
export type Ports = { readonly [Service in keyof typeof portVariables]: number }

const host = '127.0.0.1'
const attempts = 200

export type Range = { readonly lowest: number; readonly highest: number }

export type WantedPorts = {
  readonly range: Range
  /** By --port: used or refused. */
  readonly asked: number | undefined
  /** Those of an earlier run in this workspace, used again where nobody else listens there. */
  readonly before: Partial<Ports>
  /** Those before are used or refused: --skip-bootstrap takes all as it is. */
  readonly keeps: boolean
}

/** Whoever listens on a port is left alone: another one is taken. */
export async function choosePorts({ range, asked, before, keeps }: WantedPorts): Promise<Ports> {
  if (asked !== undefined && !(await isFree(asked)))
    throw new UserError(`port ${asked}, which --port asks for, is in use`, {
      fix: 'name another one, or leave --port out to have a free one taken',
    })
  if (keeps) {
    if (asked !== undefined && asked === before.api)
      throw new UserError(`port ${asked}, which --port asks for, is the API's in sandbox.env`, {
        fix: 'name another one, or leave --skip-bootstrap out to have another one taken for the API',
      })
    return { proxy: asked ?? (await held('proxy', before)), api: await held('api', before) }
  }
  const proxy = asked ?? (await kept(before.proxy, [])) ?? (await anyFree(range, []))
  const api = (await kept(before.api, [proxy])) ?? (await anyFree(range, [proxy]))
  return { proxy, api }
}

async function held(service: keyof Ports, before: Partial<Ports>): Promise<number> {
  const port = before[service]
  if (port === undefined) throw new Error('it was looked at before that there is one')
  if (await isFree(port)) return port
  throw new UserError(
    `port ${port}, which sandbox.env has for the ${service}, is in use${await holderText(port)}`,
    {
      fix: 'end what listens there, or leave --skip-bootstrap out to have another one taken',
    },
  )
}

/** Of another user's process nothing is told. */
async function holderText(port: number): Promise<string> {
  const pids = processTable().entries.map(({ pid }) => pid)
  const holder = (await listenersOf(pids))?.find(one => one.port === port)
  return holder === undefined ? '' : ` by ${processText(holder.pid)}`
}

const kept = async (port: number | undefined, but: readonly number[]): Promise<number | undefined> =>
  port !== undefined && !but.includes(port) && (await isFree(port)) ? port : undefined

async function anyFree({ lowest, highest }: Range, but: readonly number[]): Promise<number> {
  for (let attempt = 0; lowest <= highest && attempt < attempts; attempt++) {
    const port = randomInt(lowest, highest + 1)
    if (!but.includes(port) && (await isFree(port))) return port
  }
  throw new UserError(`no free port was found from ${lowest} to ${highest}`, {
    fix: 'set lowest_port and highest_port in config/smoke.local.toml',
  })
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    )
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

const portOf = (text: string | undefined): number | undefined => {
  const port = Number(text)
  return text !== undefined && /^\d+$/.test(text) && port > 0 && port < 65_536 ? port : undefined
}

/** Why the ports in an environment cannot be kept; undefined where they can. */
export function faultInPorts(environment: Readonly<Record<string, string>>): string | undefined {
  for (const name of Object.values(portVariables)) {
    const text = environment[name]
    if (text === undefined) return `it has no ${name}`
    if (portOf(text) === undefined) return `${name} is ${JSON.stringify(text)} there, which is no port`
  }
  const { proxy, api } = portsIn(environment)
  return proxy === api ? `both services have port ${proxy} there` : undefined
}

/** What an earlier run has written into its environment. */
export function portsIn(environment: Readonly<Record<string, string>>): Partial<Ports> {
  const [proxy, api] = [portOf(environment[portVariables.proxy]), portOf(environment[portVariables.api])]
  return { ...(proxy === undefined ? {} : { proxy }), ...(api === undefined ? {} : { api }) }
}
