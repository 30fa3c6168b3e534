import type { ServerSettings } from '../../../config/schema.ts'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { findExecutable } from '../commands/find-executable.ts'
import { bubblewrapOptions, type SandboxView } from './bubblewrap-options.ts'
import type { HostPlaces } from './host-view.ts'

/** How commands are to be kept apart: `auto` takes what there is. */
export type SandboxMode = ServerSettings['runner']['sandbox']

/** What keeps commands apart. `none`: nothing does, and `reason` says why. */
export type Sandbox =
  | { readonly kind: 'bubblewrap'; readonly program: string }
  | { readonly kind: 'none'; readonly reason: string }

/** How a runner keeps commands apart, and what it was asked for. */
export type RunnerIsolation = {
  readonly mode: SandboxMode
  readonly sandbox: Sandbox
  readonly places: HostPlaces
}

export type IsolationSettings = Omit<HostPlaces, 'path'> & { readonly mode: SandboxMode }

/** What a runner with these settings and this PATH of commands has. */
export const runnerIsolation = async (
  { mode, ...places }: IsolationSettings,
  path: string,
): Promise<RunnerIsolation> => ({
  mode,
  sandbox: await findSandbox(mode, path),
  places: { ...places, path },
})

/** A program as it is started: its words and all of its environment. */
export type Program = {
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** A directory of the host that it alone sees, read-only: inside, at `meetingPoint`. */
  readonly meeting?: string | undefined
  /** A directory of the host that it alone sees and writes: inside, at `appPoint`. */
  readonly sockets?: string | undefined
}

/** One that runs inside. `options` are bubblewrap's, to be read by it at `optionsDescriptor`. */
export type Enclosed = Program & { readonly options: readonly string[] }

/** Above those that command-wrapper.sh uses for itself. */
export const optionsDescriptor = 6

/** Where bubblewrap tells how the program inside has ended, where somebody wants to know. */
export const statusDescriptor = 7

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

/**
 * A program as it is run inside: by a shell, whose exit code tells of a program that cannot be. Its environment goes in with
 * the options. bubblewrap itself, and whoever starts it, is outside: what the program's environment says to a dynamic
 * linker or a shell must not reach them. `outside` is all that they have.
 */
export function enclosed(
  program: string,
  view: SandboxView,
  { words, environment, meeting, sockets }: Program,
  outside: Readonly<Record<string, string>>,
): Enclosed {
  const variables = Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value])
  return {
    words: [program, '--args', String(optionsDescriptor), '--', '/bin/sh', '-c', 'exec "$@"', 'sh', ...words],
    environment: { PATH: '/usr/bin:/bin', ...outside },
    options: [...bubblewrapOptions({ ...view, meeting, sockets }), '--clearenv', ...variables],
  }
}

async function faultOf(program: string): Promise<string | undefined> {
  await using scope = new ProcessScope({ graceMs: 0 })
  const view: SandboxView = {
    ...{ hidden: [], masked: [], visible: [], links: [], writable: [] },
    ...{ temporary: '/tmp', directory: '/', network: false },
  }
  const child = scope.spawn(program, [...bubblewrapOptions(view), '--', 'true'], {
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
