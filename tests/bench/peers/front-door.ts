import { createLog } from '../../../lib/log.ts'
import { instanceId } from '../../../services/contract/ids.ts'
import { startProxy } from '../../../services/proxy/proxy.ts'
import { noGateway } from '../../services/proxy/no-gateway.ts'
import { noApps } from '../../services/proxy/rig.ts'
import { tellAddress } from './told.ts'

/** The front door before something that is not the API; with a certificate and its key over TLS, too. */
const [upstream = '', certificate, key] = process.argv.slice(2)
const tls =
  certificate === undefined || key === undefined
    ? {}
    : { tls: { certificate, key, host: '127.0.0.1', port: 0, lookEvery: 60_000 } }
await using proxy = await startProxy({
  openGateway: noGateway,
  ...noApps,
  ...{ listen: { host: '127.0.0.1', port: 0 }, upstream, proof: 'proof' },
  ...{
    trustedProxies: [],
    connections: 10_000,
    perAddress: 10_000,
    bodyLimit: 0,
    instance: instanceId.create(),
    version: '0',
  },
  log: createLog('proxy'),
  ...tls,
})
await tellAddress({ url: proxy.url, secureUrl: proxy.secureUrl, headers: {} })
process.exit()
