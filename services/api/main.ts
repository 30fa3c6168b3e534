import { dirname } from 'node:path'
import { declaredApps } from '../../config/apps.ts'
import { packageVersion } from '../../config/package.ts'
import { serverSettings } from '../../config/settings.ts'
import { leaveSocket, listenerSocket, openWorkspace, ownRoot } from '../../config/workspace.ts'
import { systemClock } from '../../lib/clock.ts'
import { inheritedListeners } from '../../lib/listener/listen-on.ts'
import { offerSuccession } from '../../lib/listener/offer-succession.ts'
import { createLog } from '../../lib/log.ts'
import { runService } from '../../lib/service-main.ts'
import { makePrivateDirectory } from '../../lib/socket-path.ts'
import { startTracing } from '../../lib/start-tracing.ts'
import { dataFiles } from '../store/files.ts'
import { instanceFrom, register } from '../store/registration.ts'
import { openStore } from '../store/store.ts'
import { startApi } from './api.ts'

await runService(async () => {
  const workspace = openWorkspace(ownRoot, process.env)
  const settings = serverSettings(ownRoot, process.env).values
  const { api: listen, repositories, debug, sessions, environments, runner, streams, tunnels } = settings
  const instance = instanceFrom(process.env)
  const log = createLog('api')
  await using starting = new AsyncDisposableStack()
  starting.use(await startTracing({ name: 'api', version: packageVersion(), instance, log }))
  const store = starting.use(await openStore(workspace.storeFile))
  const api = starting.use(
    await startApi({
      store,
      files: dataFiles(workspace.dataDirectory),
      clock: systemClock,
      log,
      instance,
      version: packageVersion(),
      listen: { ...listen, fd: inheritedListeners(process.env).plain },
      allowedOrigins: listen.allowed_origins,
      requests: listen,
      streamsPerUser: streams.per_user,
      tunnels,
      runnerSocket: workspace.runnerSocket,
      allowedSchemes: repositories.schemes,
      debugSessions: debug.sessions,
      sessions,
      environments,
      commands: runner,
      apps: { declared: declaredApps(ownRoot), origins: settings.proxy.app_origins },
      environment: process.env,
      limits: { slowReader: streams.slow_reader_seconds * 1_000, ping: streams.ping_seconds * 1_000 },
    }),
  )
  const places = { listeners: listenerSocket(workspace, instance), leave: leaveSocket(workspace, instance) }
  makePrivateDirectory(dirname(places.leave))
  const onError = (error: Error) => log.warn({ err: error }, 'no hand-over')
  starting.use(await offerSuccession(api, { plain: api.listener }, places, onError))
  starting.use(await register(store, systemClock, { id: instance, service: 'api', address: api.url }))
  return starting.move()
})
