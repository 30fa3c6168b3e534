import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { UserError } from '../../lib/user-error.ts'

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
}

/** Whoever listens on a port is left alone: another one is taken. */
export async function choosePorts({ range, asked, before }: WantedPorts): Promise<Ports> {
  if (asked !== undefined && !(await isFree(asked)))
    throw new UserError(`port ${asked}, which --port asks for, is in use`, {
      fix: 'name another one, or leave --port out to have a free one taken',
    })
  const proxy = asked ?? (await kept(before.proxy, [])) ?? (await anyFree(range, []))
  const api = (await kept(before.api, [proxy])) ?? (await anyFree(range, [proxy]))
  return { proxy, api }
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

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    )
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** What an earlier run has written into its environment. */
export function portsIn(environment: Readonly<Record<string, string>>): Partial<Ports> {
  const portOf = (name: string) => {
    const port = Number(environment[name])
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
  }
  const [proxy, api] = [portOf(portVariables.proxy), portOf(portVariables.api)]
  return { ...(proxy === undefined ? {} : { proxy }), ...(api === undefined ? {} : { api }) }
}
