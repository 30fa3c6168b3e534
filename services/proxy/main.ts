import { packageVersion } from '../../config/package.ts'
import { serverSettings } from '../../config/settings.ts'
import { openWorkspace, ownRoot } from '../../config/workspace.ts'
import { systemClock } from '../../lib/clock.ts'
import { createLog } from '../../lib/log.ts'
import { runService } from '../../lib/service-main.ts'
import { startTracing } from '../../lib/start-tracing.ts'
import { urlOf } from '../../lib/url.ts'
import { proxyProof } from '../store/proxy-proof.ts'
import { instanceFrom, register } from '../store/registration.ts'
import { openStore } from '../store/store.ts'
import { startProxy } from './proxy.ts'

await runService(async () => {
  const workspace = openWorkspace(ownRoot, process.env)
  const { api, proxy: listen } = serverSettings(ownRoot, process.env).values
  const instance = instanceFrom(process.env)
  const log = createLog('proxy')
  await using starting = new AsyncDisposableStack()
  starting.use(await startTracing({ name: 'proxy', version: packageVersion(), instance, log }))
  const store = starting.use(await openStore(workspace.storeFile))
  const proxy = starting.use(
    await startProxy({
      listen,
      upstream: urlOf(api),
      proof: await proxyProof(store),
      trustedProxies: listen.trusted_proxies,
      connections: listen.connections,
      bodyLimit: listen.body_limit,
      instance,
      version: packageVersion(),
      log,
      openGateway: async () => {
        const { startGateway } = await import('./gateway/gateway.ts')
        return startGateway({
          ...{ root: ownRoot, environment: process.env, store, clock: systemClock, log },
          version: packageVersion(),
          api: urlOf(api),
          refusedPerMinute: api.anonymous_per_minute,
        })
      },
    }),
  )
  starting.use(await register(store, systemClock, { id: instance, service: 'proxy', address: proxy.url }))
  return starting.move()
})
