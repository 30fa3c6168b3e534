import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { packageVersion } from '../../config/package.ts'
import { serverSettings, wasAskedFor } from '../../config/settings.ts'
import { openWorkspace, type Workspace } from '../../config/workspace.ts'
import { acquireLock } from '../../lib/lock.ts'
import { makePrivateDirectory } from '../../lib/socket-path.ts'
import { urlOf } from '../../lib/url.ts'
import { UserError } from '../../lib/user-error.ts'
import { createInstance } from '../../services/store/registration.ts'
import { appFor, declaredApps, type Ports } from './app.ts'
import { endOrphans } from './orphans.ts'
import { connectPm2, runningDaemon } from './pm2-client.ts'
import { choosePort } from './ports.ts'
import { probe, probeWhole } from './probe.ts'
import { clearRunState, readRunState, writeRunState } from './run-state.ts'
import type { StartedService } from './service.ts'
import { serviceEnvironment } from './service-environment.ts'
import { type ServiceName, serviceNames } from './service-names.ts'
import { startService } from './start-service.ts'

type Environment = Record<string, string | undefined>

export type UpOptions = {
  root: string
  environment: Environment
  signal: AbortSignal
  log(line: string): void
  progress(text: string): void
}

export type UpResult = {
  outcome: 'started' | 'already_up'
  services: StartedService[]
  /** What a person should know although it worked: a port that was replaced, orphans that were ended. */
  notes: string[]
}

/**
 * Brings all services up, or finds that they are. What does not answer, or was started from other settings, is started
 * anew. A start that fails or is cancelled takes back what it did, PM2's daemon included if it started that.
 */
export async function bringUp(options: UpOptions): Promise<UpResult> {
  const workspace = openWorkspace(options.root, options.environment)
  const declaration = declarationOf(options)
  using _ = await acquireLock(join(workspace.run, 'up.lock'), {
    signal: options.signal,
    onWait: () =>
      options.log('another `task up` or `task down` is under way in this workspace; waiting for it'),
  })
  const before = readRunState(workspace)
  if (runningDaemon(workspace.pm2Home) !== undefined && (await allReady(before, declaration)))
    return { outcome: 'already_up', services: before, notes: [] }
  const notes: string[] = []
  const services = await startAll(options, workspace, before, declaration, note => notes.push(note))
  return { outcome: 'started', services, notes }
}

async function allReady(services: readonly StartedService[], declaration: string): Promise<boolean> {
  if (services.length !== serviceNames.length) return false
  if (services.some(service => service.declaration !== declaration)) return false
  const answers = await Promise.all(services.map(service => probe(service, 1_000)))
  return answers.every(({ answer }) => answer === 'ready')
}

async function startAll(
  options: UpOptions,
  workspace: Workspace,
  before: readonly StartedService[],
  declaration: string,
  note: (text: string) => void,
): Promise<StartedService[]> {
  const { signal, progress } = options
  makePrivateDirectory(workspace.logs)
  const environment = serviceEnvironment(options.environment)
  const daemonWasThere = runningDaemon(workspace.pm2Home) !== undefined
  progress('starting PM2')
  await using undo = new AsyncDisposableStack()
  const pm2 = await connectPm2(workspace.pm2Home, environment)
  undo.defer(async () => {
    if (!daemonWasThere) {
      await pm2.endDaemon()
      await clearRunState(workspace)
    }
    await pm2[Symbol.asyncDispose]()
  })

  const known = await pm2.list()
  for (const orphan of await endOrphans(workspace, before, new Set(known.map(({ pid }) => pid))))
    note(`ended ${orphan}, which an earlier PM2 had left`)
  for (const { name } of known.filter(({ name }) => isServiceName(name))) await pm2.delete(name)

  const { services, ports } = await assign(options, workspace, declaration, note)
  // Written before anything starts: whoever comes after a kill of this process knows what to look for.
  await writeRunState(workspace, services)
  progress(`starting ${serviceNames.join(', ')}`)
  const starts = services.map(async service => {
    const app = appFor(service, environment, ports)
    undo.defer(() => pm2.delete(service.service).catch(() => {}))
    await startService(pm2, app, service, {
      logFile: join(workspace.logs, `${service.service}.log`),
      signal,
      deadline: readyDeadline(options),
    })
  })
  await allOrFirstFailure(starts)
  await wholeReady(services, signal)

  // Nothing is taken back from here on.
  undo.move()
  await pm2[Symbol.asyncDispose]()
  return services
}

/** Waits until all have settled, so that nothing starts behind the undoing, then throws the first failure. */
async function allOrFirstFailure(starts: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(starts)
  const failures = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
  const telling = failures.find(failure => failure instanceof UserError) ?? failures[0]
  if (telling !== undefined) throw telling
}

async function wholeReady(services: readonly StartedService[], signal: AbortSignal): Promise<void> {
  const proxy = services.find(({ service }) => service === 'proxy')
  if (proxy === undefined) throw new Error('the proxy was not started')
  const end = performance.now() + 10_000
  for (;;) {
    signal.throwIfAborted()
    const answer = await probeWhole(proxy.address, 1_000)
    if (answer.answer === 'ready') return
    if (performance.now() > end)
      throw new UserError(
        `the services answer, but not together: ${answer.answer === 'silent' ? answer.reason : answer.instance}`,
      )
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

async function assign(
  { root, environment }: UpOptions,
  workspace: Workspace,
  declaration: string,
  note: (text: string) => void,
): Promise<{ services: StartedService[]; ports: Ports }> {
  const settings = serverSettings(root, environment)
  const ports: Ports = { api: 0, proxy: 0 }
  for (const service of ['api', 'proxy'] as const) {
    const wanted = settings.values[service]
    const chosen = await choosePort({ service, ...wanted, asked: wasAskedFor(settings, `${service}.port`) })
    if (chosen.insteadOf !== undefined)
      note(`port ${chosen.insteadOf} is in use: the ${service} listens on ${chosen.port} instead`)
    ports[service] = chosen.port
  }
  const address = (service: ServiceName) =>
    service === 'runner'
      ? workspace.runnerSocket
      : urlOf({ host: settings.values[service].host, port: ports[service] })
  const services = serviceNames.map(service => ({
    service,
    instance: createInstance(),
    address: address(service),
    declaration,
  }))
  return { services, ports }
}

const readyDeadline = ({ root, environment }: UpOptions): number =>
  serverSettings(root, environment).values.services.ready_seconds * 1000

const isServiceName = (name: string): name is ServiceName => serviceNames.some(known => known === name)

/** What the services are started from: other settings or another version mean another hash. */
function declarationOf({ root, environment }: UpOptions): string {
  const facts = [
    packageVersion(),
    serverSettings(root, environment).values,
    openWorkspace(root, environment),
    [...declaredApps().values()],
  ]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}
