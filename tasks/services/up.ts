import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { namedVariables } from '../../config/named-variables.ts'
import { packageVersion } from '../../config/package.ts'
import { bootstrapSettings, serverSettings } from '../../config/settings.ts'
import { openWorkspace, type Workspace } from '../../config/workspace.ts'
import { acquireLock } from '../../lib/lock.ts'
import { makePrivateDirectory } from '../../lib/socket-path.ts'
import { UserError } from '../../lib/user-error.ts'
import { appFor, declaredApps } from './app.ts'
import { environmentNote } from './environment-note.ts'
import { endOrphans } from './orphans.ts'
import { planServices } from './plan-services.ts'
import { connectPm2, runningDaemon } from './pm2-client.ts'
import { probe, probeWhole } from './probe.ts'
import { clearRunState, readRunState, writeRunState } from './run-state.ts'
import type { StartedService } from './service.ts'
import { serviceEnvironment } from './service-environment.ts'
import { serviceNames } from './service-names.ts'
import { startService } from './start-service.ts'
import { asStarted, writeStartedStore } from './started-store.ts'

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
  /** What a person should know although it worked: a port that was replaced, sessions without an environment. */
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
  const note = environmentNote(options.root, bootstrapSettings(options.root, options.environment).values)
  const lacking = note === undefined ? [] : [note]
  const daemon = runningDaemon(workspace.pm2Home)
  if (daemon !== undefined && (await readyServices(before, declaration)).length === serviceNames.length)
    return { outcome: 'already_up', services: before, notes: lacking }
  const notes = [...lacking]
  const services = await startAll(options, workspace, before, declaration, note => notes.push(note))
  return { outcome: 'started', services, notes }
}

/** Those of the services that were started like this and answer. */
async function readyServices(
  services: readonly StartedService[],
  declaration: string,
): Promise<StartedService[]> {
  const answers = await Promise.all(
    services.map(async service => {
      if (service.declaration !== declaration) return []
      return (await probe(service, 1_000)).answer === 'ready' ? [service] : []
    }),
  )
  return answers.flat()
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
  const environment = serviceEnvironment(
    options.environment,
    namedVariables(options.root, options.environment),
  )
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
  for (const orphan of await endOrphans(asStarted(workspace), before, new Set(known.map(({ pid }) => pid))))
    note(`ended ${orphan}, which an earlier PM2 had left`)
  const healthy = (await readyServices(before, declaration)).filter(({ service }) =>
    known.some(({ name, status }) => name === service && status === 'online'),
  )
  // First what is to go, for it may hold the port that its successor is to have.
  const remove = (gone: (name: string) => boolean) =>
    Promise.all(known.filter(({ name }) => gone(name)).map(({ name }) => pm2.delete(name)))
  const answers = (name: string) => healthy.some(({ service }) => service === name)
  await remove(name => !answers(name))
  const { services, toStart, ports } = await planServices({
    ...options,
    runnerSocket: workspace.runnerSocket,
    declaration,
    healthy,
    before,
    note,
  })
  await remove(name => answers(name) && toStart.some(({ service }) => service === name))
  // Written before anything starts: whoever comes after a kill of this process knows what to look for.
  await writeRunState(workspace, services)
  await writeStartedStore(workspace)
  progress(`starting ${toStart.map(({ service }) => service).join(', ')}`)
  const starts = toStart.map(async service => {
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

const readyDeadline = ({ root, environment }: UpOptions): number =>
  serverSettings(root, environment).values.services.ready_seconds * 1000

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
