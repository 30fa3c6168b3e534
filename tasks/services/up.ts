import { join } from 'node:path'
import { namedVariables } from '../../config/named-variables.ts'
import { bootstrapSettings, serverSettings } from '../../config/settings.ts'
import { openWorkspace, type Workspace } from '../../config/workspace.ts'
import { acquireLock } from '../../lib/lock.ts'
import { makePrivateDirectory } from '../../lib/socket-path.ts'
import { UserError } from '../../lib/user-error.ts'
import { appFor } from './app.ts'
import { declarationOf } from './declaration.ts'
import { drainRunner } from './drain-runner.ts'
import { environmentNote } from './environment-note.ts'
import { endOrphans } from './orphans.ts'
import { planServices, staysAt } from './plan-services.ts'
import { connectPm2, runningDaemon } from './pm2-client.ts'
import { probe, probeWhole } from './probe.ts'
import { replaceService } from './replace-service.ts'
import { clearRunState, readRunState, writeRunState } from './run-state.ts'
import type { StartedService } from './service.ts'
import { serviceEnvironment } from './service-environment.ts'
import { serviceNames } from './service-names.ts'
import { startService } from './start-service.ts'
import { asStarted, usesStartedStore, writeStartedStore } from './started-store.ts'

type Environment = Record<string, string | undefined>

export type UpOptions = {
  root: string
  environment: Environment
  /** Hash of the sources of the services: see declaration.ts. */
  sources: string
  /** How long what is under a debugger, and what was asked, may take to end before a service goes, in milliseconds. */
  drainMs: number
  signal: AbortSignal
  log(line: string): void
  progress(text: string): void
}

export type UpResult = {
  /** `replaced`: they were up, from other sources or settings. */
  outcome: 'started' | 'already_up' | 'replaced'
  services: StartedService[]
  /** What a person should know although it worked: a port that was replaced, sessions without an environment. */
  notes: string[]
}

/**
 * Brings all services up, or finds that they are. What does not answer is started anew; what answers and was started from
 * other sources or settings is replaced, without a request that fails where it stays at its address. A start that fails or is cancelled takes back what it did, PM2's daemon included if it started that.
 */
export async function bringUp(options: UpOptions): Promise<UpResult> {
  const workspace = openWorkspace(options.root, options.environment)
  const origin = { declaration: declarationOf(options.root, options.environment), sources: options.sources }
  using _ = await acquireLock(join(workspace.run, 'up.lock'), {
    signal: options.signal,
    onWait: () =>
      options.log('another `task up` or `task down` is under way in this workspace; waiting for it'),
  })
  const { services: before, passing } = readRunState(workspace)
  const note = environmentNote(options.root, bootstrapSettings(options.root, options.environment).values)
  const lacking = note === undefined ? [] : [note]
  const daemon = runningDaemon(workspace.pm2Home)
  const isUp = async () =>
    passing.length === 0 &&
    before.every(service => isFrom(service, origin)) &&
    (await answering(before)).length === serviceNames.length
  if (daemon !== undefined && (await isUp()))
    return { outcome: 'already_up', services: before, notes: lacking }
  const notes = [...lacking]
  const { services, replaced } = await startAll(
    { ...options, ...origin, workspace, note: note => notes.push(note) },
    { services: before, passing },
  )
  return { outcome: replaced ? 'replaced' : 'started', services, notes }
}

type Origin = Pick<StartedService, 'declaration' | 'sources'>

const isFrom = (service: StartedService, { declaration, sources }: Origin): boolean =>
  service.declaration === declaration && service.sources === sources

async function answering(services: readonly StartedService[]): Promise<StartedService[]> {
  const answers = await Promise.all(
    services.map(async service => {
      return (await probe(service, 1_000)).answer === 'ready' ? [service] : []
    }),
  )
  return answers.flat()
}

type Starting = UpOptions & Origin & { workspace: Workspace; note(text: string): void }

async function startAll(
  options: Starting,
  { services: before, passing }: ReturnType<typeof readRunState>,
): Promise<{ services: StartedService[]; replaced: boolean }> {
  const { signal, progress, workspace, note } = options
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
  const owned = new Set(known.map(({ pid }) => pid))
  for (const orphan of await endOrphans(asStarted(workspace), [...before, ...passing], owned))
    note(`ended ${orphan}, which an earlier PM2 had left`)
  const healthy = (await answering(before)).filter(({ app }) =>
    known.some(({ name, status }) => name === app && status === 'online'),
  )
  const where = { ...options, runnerSocket: workspace.runnerSocket }
  const canStay = (service: StartedService) => usesStartedStore(workspace) && staysAt(service, where)
  const outdated = healthy.filter(service => !isFrom(service, options) && canStay(service))
  const stay = healthy.filter(service => isFrom(service, options) || outdated.includes(service))
  // First what is to go, for it may hold the port that its successor is to have.
  const remove = (gone: (name: string) => boolean) =>
    Promise.all(known.filter(({ name }) => gone(name)).map(({ name }) => pm2.delete(name)))
  const answers = (name: string) => stay.some(({ app }) => app === name)
  await remove(name => !answers(name))
  const { services, toStart, ports } = await planServices({
    ...options,
    runnerSocket: workspace.runnerSocket,
    healthy: stay,
    before,
    note,
  })
  await remove(name => answers(name) && toStart.some(({ app }) => app === name))
  // Written before anything starts: whoever comes after a kill of this process knows what to look for.
  await writeRunState(workspace, services)
  await writeStartedStore(workspace)
  const deadline = readyDeadline(options)
  if (toStart.length > 0) progress(`starting ${toStart.map(({ service }) => service).join(', ')}`)
  const starts = toStart.map(async service => {
    const app = appFor(service, environment, ports)
    undo.defer(() => pm2.delete(service.app).catch(() => {}))
    await startService(pm2, app, service, {
      logFile: join(workspace.logs, `${service.service}.log`),
      signal,
      deadline,
    })
  })
  await allOrFirstFailure(starts)
  // What is replaced from here on answers by itself, and stays if a later one fails.
  const tls = serverSettings(options.root, options.environment).values.proxy.tls.certificate !== ''
  const replacing = { ...options, pm2, environment, ports, tls, deadline }
  for (const service of services.filter(one => outdated.includes(one))) {
    progress(`replacing the ${service.service}`)
    using _held = service.service === 'runner' ? await drainRunner(options) : undefined
    await replaceService(service, replacing)
  }
  const { services: serving } = readRunState(workspace)
  await wholeReady(serving, signal)

  // Nothing is taken back from here on.
  undo.move()
  await pm2[Symbol.asyncDispose]()
  return { services: serving, replaced: toStart.length === 0 }
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
