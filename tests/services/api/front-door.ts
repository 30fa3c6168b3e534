import { pino } from 'pino'
import type { Test } from 'tap'
import { instanceId } from '../../../services/contract/ids.ts'
import { type ProxyDependencies, startProxy } from '../../../services/proxy/proxy.ts'
import { proxyProof } from '../../../services/store/proxy-proof.ts'
import { noGateway } from '../proxy/no-gateway.ts'
import { noApps } from '../proxy/rig.ts'
import type { Rig } from './rig.ts'

/** A real proxy before an API, until the test is over. */
export async function startFrontDoor(
  t: Test,
  { api, store }: Pick<Rig, 'api' | 'store'>,
  options: Partial<ProxyDependencies> = {},
) {
  const proxy = await startProxy({
    openGateway: noGateway,
    listen: { host: '127.0.0.1', port: 0 },
    upstream: api.url,
    proof: await proxyProof(store),
    trustedProxies: [],
    connections: 10_000,
    perAddress: 10_000,
    bodyLimit: 0,
    ...noApps,
    instance: instanceId.create(),
    version: '1.2.3',
    log: pino({ level: 'silent' }),
    ...options,
  })
  t.teardown(() => proxy[Symbol.asyncDispose]())
  return proxy
}
