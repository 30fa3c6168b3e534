import { join } from 'node:path'
import { namedVariables } from '../../config/named-variables.ts'
import { serverSettings } from '../../config/settings.ts'
import { openWorkspace } from '../../config/workspace.ts'
import { acquireLock } from '../../lib/lock.ts'
import { UserError } from '../../lib/user-error.ts'
import { createInstance } from '../../services/store/registration.ts'
import { appFor } from './app.ts'
import { portOf } from './plan-services.ts'
import { connectPm2, runningDaemon } from './pm2-client.ts'
import { readRunState, writeRunState } from './run-state.ts'
import type { StartedService } from './service.ts'
import { serviceEnvironment } from './service-environment.ts'
import type { ServiceName } from './service-names.ts'
import { startService } from './start-service.ts'
import { requireStartedStore } from './started-store.ts'

/** Ends one service and starts it anew on its port. Sessions and their commands go on meanwhile. */
export async function restartService(
  service: ServiceName,
  options: { root: string; environment: Record<string, string | undefined>; signal: AbortSignal },
): Promise<StartedService> {
  const { root, environment, signal } = options
  const workspace = openWorkspace(root, environment)
  using _ = await acquireLock(join(workspace.run, 'up.lock'), { signal })
  const started = readRunState(workspace)
  const known = started.find(candidate => candidate.service === service)
  if (known === undefined || runningDaemon(workspace.pm2Home) === undefined)
    throw new UserError('the services are not up', { fix: 'run: npx task up' })
  requireStartedStore(workspace)
  const renewed: StartedService = { ...known, instance: createInstance() }
  const serviceEnv = serviceEnvironment(environment, namedVariables(root, environment))
  await using pm2 = await connectPm2(workspace.pm2Home, serviceEnv)
  if ((await pm2.list()).some(({ name }) => name === service)) await pm2.delete(service)
  await writeRunState(
    workspace,
    started.map(candidate => (candidate.service === service ? renewed : candidate)),
  )
  await startService(
    pm2,
    appFor(renewed, serviceEnv, {
      api: portOf(started, 'api') ?? 0,
      proxy: portOf(started, 'proxy') ?? 0,
    }),
    renewed,
    {
      logFile: join(workspace.logs, `${service}.log`),
      signal,
      deadline: serverSettings(root, environment).values.services.ready_seconds * 1000,
    },
  )
  return renewed
}
