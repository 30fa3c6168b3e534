import { dirname } from 'node:path'
import { placeIn } from '../../config/expand.ts'
import { packageVersion } from '../../config/package.ts'
import type { ServerSettings } from '../../config/schema.ts'
import { serverSettings } from '../../config/settings.ts'
import { appsSocket, leaveSocket, listenerSocket, openWorkspace, ownRoot } from '../../config/workspace.ts'
import { systemClock } from '../../lib/clock.ts'
import { inheritedListeners } from '../../lib/listener/listen-on.ts'
import { offerCount } from '../../lib/listener/offer-count.ts'
import { offerSuccession } from '../../lib/listener/offer-succession.ts'
import { createLog } from '../../lib/log.ts'
import { runService } from '../../lib/service-main.ts'
import { makePrivateDirectory } from '../../lib/socket-path.ts'
import { startTracing } from '../../lib/start-tracing.ts'
import { urlOf } from '../../lib/url.ts'
import { UserError } from '../../lib/user-error.ts'
import { proxyProof } from '../store/proxy-proof.ts'
import { instanceFrom, register } from '../store/registration.ts'
import { signingKey } from '../store/signing-key.ts'
import { openStore } from '../store/store.ts'
import { SessionApps } from './apps/session-apps.ts'
import { defaultLimits, startProxy } from './proxy.ts'

await runService(async () => {
  const workspace = openWorkspace(ownRoot, process.env)
  const { api, proxy: listen, streams } = serverSettings(ownRoot, process.env).values
  // What the API says to who is slow may still pass.
  const slowReader = streams.slow_reader_seconds * 1_000 + 10_000
  const instance = instanceFrom(process.env)
  const inherited = inheritedListeners(process.env)
  const log = createLog('proxy')
  await using starting = new AsyncDisposableStack()
  starting.use(await startTracing({ name: 'proxy', version: packageVersion(), instance, log }))
  const store = starting.use(await openStore(workspace.storeFile))
  const apps = starting.use(
    await SessionApps.open({
      ...{ store, clock: systemClock, log, api: urlOf(api) },
      limits: { bytes: listen.body_limit, pause: defaultLimits.pause, slowReader },
    }),
  )
  const proxy = starting.use(
    await startProxy({
      listen: { ...listen, fd: inherited.plain },
      upstream: urlOf(api),
      proof: await proxyProof(store),
      trustedProxies: listen.trusted_proxies,
      connections: listen.connections,
      perAddress: Math.max(1, Math.floor(listen.connections * listen.address_share)),
      bodyLimit: listen.body_limit,
      limits: { slowReader },
      appOrigins: listen.app_origins,
      apps,
      hosts: [listen.host, ...listen.hosts],
      ...tlsDoor(listen.tls, inherited.secure),
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
          signingKey: await signingKey(store),
        })
      },
    }),
  )
  const places = { listeners: listenerSocket(workspace, instance), leave: leaveSocket(workspace, instance) }
  makePrivateDirectory(dirname(places.leave))
  const onError = (error: Error) => log.warn({ err: error }, 'no hand-over')
  starting.use(await offerSuccession(proxy, proxy.listeners, places, onError))
  starting.use(await offerCount(proxy.appsUnderWay, appsSocket(workspace, instance), onError))
  starting.use(await register(store, systemClock, { id: instance, service: 'proxy', address: proxy.url }))
  return starting.move()
})

/** None without both files; one without the other is a mistake. */
function tlsDoor({ certificate, key, host, port }: ServerSettings['proxy']['tls'], fd: number | undefined) {
  if (certificate === '' && key === '') return {}
  if (certificate === '' || key === '')
    throw new UserError(`proxy.tls.${key === '' ? 'key' : 'certificate'} is not set`, {
      fix: 'set proxy.tls.certificate and proxy.tls.key in config/server.local.toml, or neither',
    })
  const place = (text: string) => placeIn(ownRoot, text, process.env)
  return { tls: { certificate: place(certificate), key: place(key), host, port, fd, lookEvery: 5_000 } }
}
