import { join } from 'node:path'
import { namedVariables } from '../../config/named-variables.ts'
import { serverSettings } from '../../config/settings.ts'
import { openWorkspace } from '../../config/workspace.ts'
import { acquireLock } from '../../lib/lock.ts'
import { UserError } from '../../lib/user-error.ts'
import { declarationOf } from './declaration.ts'
import { drainRunner } from './drain-runner.ts'
import { portOf, staysAt, wantedAddress } from './plan-services.ts'
import { connectPm2, runningDaemon } from './pm2-client.ts'
import { probe } from './probe.ts'
import { type Replacing, replaceService, startAnew } from './replace-service.ts'
import { readRunState } from './run-state.ts'
import type { StartedService } from './service.ts'
import { serviceEnvironment } from './service-environment.ts'
import { type ServiceName, serviceNames } from './service-names.ts'
import { requireStartedStore } from './started-store.ts'

export type RestartOptions = {
  root: string
  environment: Record<string, string | undefined>
  /** Hash of the sources of the services: see declaration.ts. */
  sources: string
  signal: AbortSignal
}

/** Ends one service and starts it anew on its port. Sessions and their commands go on meanwhile. */
export const restartService = (service: ServiceName, options: RestartOptions): Promise<StartedService> =>
  withServices(options, (known, replacing) => startAnew(known(service), replacing))

export type ReloadOptions = RestartOptions & {
  /** How long what is under a debugger, and what was asked, may take to end before a service goes, in milliseconds. */
  drainMs: number
  progress(text: string): void
  log(line: string): void
}

/** Replaces services by ones from the sources as they are now, one after the other: see replace-service.ts. */
export const reloadServices = (
  wanted: readonly ServiceName[],
  options: ReloadOptions,
): Promise<StartedService[]> =>
  withServices(options, async (known, replacing) => {
    const replaced: StartedService[] = []
    for (const started of serviceNames.filter(one => wanted.includes(one)).map(known)) {
      const { service: name } = started
      if ((await probe(started, 2_000)).answer !== 'ready')
        throw new UserError(`the ${name} does not answer`, { fix: 'run: npx task up' })
      options.progress(`replacing the ${name}`)
      const { workspace } = replacing
      using _held = name === 'runner' ? await drainRunner({ ...options, workspace }) : undefined
      replaced.push(await replaceService(started, { ...options, ...replacing }))
    }
    return replaced
  })

async function withServices<Result>(
  { root, environment, sources, signal }: RestartOptions,
  work: (known: (service: ServiceName) => StartedService, replacing: Replacing) => Promise<Result>,
): Promise<Result> {
  const workspace = openWorkspace(root, environment)
  using _ = await acquireLock(join(workspace.run, 'up.lock'), { signal })
  const { services, passing } = readRunState(workspace)
  const notUp = new UserError('the services are not up', { fix: 'run: npx task up' })
  if (runningDaemon(workspace.pm2Home) === undefined) throw notUp
  if (passing.length > 0)
    throw new UserError(
      `the ${passing.map(({ service }) => service).join(' and the ')} was being replaced, and that was cut short`,
      { fix: 'npx task up settles it' },
    )
  requireStartedStore(workspace)
  const settings = serverSettings(root, environment).values
  const seen = serviceEnvironment(environment, namedVariables(root, environment))
  await using pm2 = await connectPm2(workspace.pm2Home, seen)
  const declaration = declarationOf(root, environment)
  const where = { root, environment, declaration, runnerSocket: workspace.runnerSocket }
  const known = (service: ServiceName) => {
    const started = services.find(one => one.service === service)
    if (started === undefined) throw notUp
    // It would go on where it is, and count as started from settings that say otherwise.
    if (!staysAt(started, where))
      throw new UserError(
        `the ${service} listens at ${started.address}, and the settings now name ${wantedAddress(service, where)}`,
        { fix: 'npx task up moves it' },
      )
    return started
  }
  return await work(known, {
    ...{ workspace, pm2, environment: seen, sources, signal },
    ports: { api: portOf(services, 'api') ?? 0, proxy: portOf(services, 'proxy') ?? 0 },
    declaration,
    tls: settings.proxy.tls.certificate !== '',
    deadline: settings.services.ready_seconds * 1000,
  })
}
