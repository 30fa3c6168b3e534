import { isIP } from 'node:net'
import { join } from 'node:path'
import { listenerSocket, type Workspace } from '../../config/workspace.ts'
import { which } from '../../lib/which.ts'
import { createInstance } from '../../services/store/registration.ts'
import { appFor, type Ports } from './app.ts'
import { otherApp } from './app-names.ts'
import { drainCalls } from './drain-calls.ts'
import type { Pm2 } from './pm2-client.ts'
import type { App } from './pm2-messages.ts'
import { readRunState, writeRunState } from './run-state.ts'
import type { StartedService } from './service.ts'
import { startService } from './start-service.ts'

export type Replacing = {
  readonly workspace: Workspace
  readonly pm2: Pm2
  /** What services see of the shell. */
  readonly environment: Record<string, string>
  readonly ports: Ports
  /** Whether the proxy listens for TLS as well, by these settings. */
  readonly tls: boolean
  readonly declaration: string
  readonly sources: string
  readonly signal: AbortSignal
  /** How long it may take until it answers, in milliseconds. */
  readonly deadline: number
}

/** A minute that a call may wait, what its runner gets on top, and some time, in milliseconds. */
const longestCall = 90_000

/** `drainMs`: how long what it has begun may take, in milliseconds; 0: no time. Otherwise a call has what it may take. */
export type ReplacingBeside = Replacing & { readonly drainMs: number; log(line: string): void }

/**
 * Starts a service anew in place of one that answers. API and proxy lose no request: the successor is started beside it and
 * takes over its listening sockets, and only when it answers is the other one asked to leave, which is
 * given time for what it has begun. One that does not come up changes nothing. The runner, and what listens by a name, which may be several addresses, ends before its successor starts.
 */
export async function replaceService(
  known: StartedService,
  replacing: ReplacingBeside,
): Promise<StartedService> {
  const { workspace, pm2, environment, declaration } = replacing
  // Where it listened for TLS is not known by its address.
  const staysSecure = known.service !== 'proxy' || !replacing.tls || known.declaration === declaration
  if (!staysSecure || !canRunBeside(known, environment.PATH ?? '')) return startAnew(known, replacing)
  const successor = successorOf(known, replacing, otherApp(known.service, known.app))
  const { services } = readRunState(workspace)
  const write = (serving: StartedService, passing: readonly StartedService[]) =>
    writeRunState(workspace, inPlace(services, serving), passing)
  await write(known, [successor])
  try {
    await start(successor, replacing, app => takingOver(app, listenerSocket(workspace, known.instance)))
  } catch (error) {
    await pm2.delete(successor.app).catch(() => {})
    await write(known, [])
    throw error
  }
  await write(successor, [known])
  const { drainMs } = replacing
  try {
    await drainCalls(known, { ...replacing, drainMs: drainMs === 0 ? 0 : Math.max(drainMs, longestCall) })
  } finally {
    // Also where nobody wants to wait any longer: it listens no more, and its successor serves.
    await pm2.delete(known.app)
    await write(successor, [])
  }
  return successor
}

/** Ends a service, whether it answers or not, and starts it anew where it was. */
export async function startAnew(known: StartedService, replacing: Replacing): Promise<StartedService> {
  const { workspace, pm2, signal } = replacing
  const successor = successorOf(known, replacing, known.app)
  signal.throwIfAborted()
  if ((await pm2.list()).some(({ name }) => name === known.app)) await pm2.delete(known.app)
  await writeRunState(workspace, inPlace(readRunState(workspace).services, successor))
  await start(successor, { ...replacing, isOwed: true }, app => app)
  return successor
}

const successorOf = (
  known: StartedService,
  { declaration, sources }: Replacing,
  app: string,
): StartedService => ({ ...known, instance: createInstance(), declaration, sources, app })

const inPlace = (services: readonly StartedService[], serving: StartedService): StartedService[] =>
  services.map(one => (one.service === serving.service ? serving : one))

function start(
  successor: StartedService,
  { workspace, pm2, environment, ports, signal, deadline, isOwed = false }: Replacing & { isOwed?: boolean },
  as: (app: App) => App,
): Promise<void> {
  const logFile = join(workspace.logs, `${successor.service}.log`)
  const app = as(appFor(successor, environment, ports))
  return startService(pm2, app, successor, { logFile, signal, deadline, isOwed })
}

/** A listening socket is handed on by Python. */
function canRunBeside({ service, address }: StartedService, path: string): boolean {
  if (service === 'runner' || which('python3', path) === undefined) return false
  return isIP(new URL(address).hostname.replace(/^\[|\]$/g, '')) !== 0
}

const takingOver = ({ script, interpreter, ...app }: App, socket: string): App => ({
  ...app,
  script: 'lib/listener/take_listeners.py',
  interpreter: 'python3',
  interpreter_args: ['-I', '-S'],
  args: [socket, String(interpreter), script],
})
