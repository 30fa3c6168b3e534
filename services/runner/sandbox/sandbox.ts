import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { findExecutable } from '../commands/find-executable.ts'
import { bubblewrapArguments, type SandboxView } from './bubblewrap-arguments.ts'
import { type HostPlaces, type HostView, hostView } from './host-view.ts'

/** How commands are to be kept apart: `auto` takes what there is. */
export const sandboxModes = ['auto', 'bubblewrap', 'none'] as const
export type SandboxMode = (typeof sandboxModes)[number]

/** What keeps commands apart. `none`: nothing does, and `reason` says why. */
export type Sandbox =
  | { readonly kind: 'bubblewrap'; readonly program: string }
  | { readonly kind: 'none'; readonly reason: string }

/** How a runner keeps commands apart, and what it was asked for. */
export type RunnerIsolation = {
  readonly mode: SandboxMode
  readonly sandbox: Sandbox
  readonly host: HostView
}

/** How long bubblewrap may take to show that it works, in milliseconds. */
const probeLimitMs = 5_000

/**
 * Finds bubblewrap and tries it, for it is of no use where the kernel gives no user namespaces, as in many containers.
 * Never rejects.
 */
export async function findSandbox(mode: SandboxMode, path: string): Promise<Sandbox> {
  if (mode === 'none') return { kind: 'none', reason: 'it is switched off' }
  const found = await findExecutable('bwrap', path, '/')
  if (!found.found) return { kind: 'none', reason: 'bubblewrap is not installed' }
  const fault = await faultOf(found.path)
  return fault === undefined
    ? { kind: 'bubblewrap', program: found.path }
    : { kind: 'none', reason: `bubblewrap does not work here: ${fault}` }
}

export type IsolationSettings = Omit<HostPlaces, 'path'> & { readonly mode: SandboxMode }

/** What a runner with these settings and this PATH of commands has. */
export const runnerIsolation = async (
  { mode, ...places }: IsolationSettings,
  path: string,
): Promise<RunnerIsolation> => ({
  mode,
  sandbox: await findSandbox(mode, path),
  host: hostView({ ...places, path }),
})

/** A program and its arguments, as they are run inside: by a shell, whose exit code tells of a program that cannot be. */
export const sandboxed = (
  { program }: Extract<Sandbox, { kind: 'bubblewrap' }>,
  view: SandboxView,
  words: readonly string[],
): string[] => [program, ...bubblewrapArguments(view), '/bin/sh', '-c', 'exec "$@"', 'sh', ...words]

async function faultOf(program: string): Promise<string | undefined> {
  await using scope = new ProcessScope({ graceMs: 0 })
  const view: SandboxView = {
    ...{ hidden: [], masked: [], visible: [], writable: [], temporary: '/tmp', directory: '/' },
    network: false,
  }
  const child = scope.spawn(program, [...bubblewrapArguments(view), 'true'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {},
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 500)
  })
  const { promise, resolve } = Promise.withResolvers<number | null | 'late'>()
  const timer = setTimeout(() => resolve('late'), probeLimitMs)
  child.once('error', error => {
    said = error.message
    resolve(null)
  })
  child.once('close', resolve)
  const code = await promise
  clearTimeout(timer)
  if (code === 0) return undefined
  return code === 'late' ? 'it does not come to an end' : said.trim() || `it ends with code ${code}`
}
