import { createLog } from '../../../lib/log.ts'
import { instanceId } from '../../../services/contract/ids.ts'
import { startProxy } from '../../../services/proxy/proxy.ts'
import { noGateway } from '../../services/proxy/no-gateway.ts'
import { noApps } from '../../services/proxy/rig.ts'
import { tellAddress } from './told.ts'

/** The front door before something that is not the API. */
await using proxy = await startProxy({
  openGateway: noGateway,
  ...noApps,
  ...{ listen: { host: '127.0.0.1', port: 0 }, upstream: process.argv[2] ?? '', proof: 'proof' },
  ...{ trustedProxies: [], connections: 10_000, bodyLimit: 0, instance: instanceId.create(), version: '0' },
  log: createLog('proxy'),
})
await tellAddress({ url: proxy.url, headers: {} })
process.exit()
