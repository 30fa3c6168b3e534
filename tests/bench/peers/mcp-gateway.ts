import { join } from 'node:path'
import { systemClock, toInstant } from '../../../lib/clock.ts'
import { createLog } from '../../../lib/log.ts'
import { instanceId } from '../../../services/contract/ids.ts'
import { startGateway } from '../../../services/proxy/gateway/gateway.ts'
import { startProxy } from '../../../services/proxy/proxy.ts'
import { signingKey } from '../../../services/store/signing-key.ts'
import { openStore } from '../../../services/store/store.ts'
import { createToken } from '../../../services/store/tokens.ts'
import { noApps } from '../../services/proxy/rig.ts'
import { makeStore } from '../../services/store/make-store.ts'
import { tellAddress } from './told.ts'

/** The front door with the MCP gateway, whose configuration lies in the directory that is named. */
const [, , root = ''] = process.argv
const storeFile = join(root, 'store.db')
await makeStore(storeFile)
await using store = await openStore(storeFile)
const now = toInstant(Date.now())
const created = await createToken(store, { name: 'bench', scopes: ['mcp'], now, expires_at: null })
if (created.outcome !== 'created') throw new Error(created.outcome)
const [log, api, version] = [createLog('proxy'), 'http://127.0.0.1:1', '0']
const proxy = await startProxy({
  ...noApps,
  ...{ listen: { host: '127.0.0.1', port: 0 }, upstream: api, proof: 'proof', trustedProxies: [] },
  ...{ connections: 10_000, perAddress: 10_000, bodyLimit: 0, instance: instanceId.create(), version, log },
  openGateway: async () =>
    startGateway({
      ...{ root, environment: process.env, store, clock: systemClock, version, api, log },
      ...{ refusedPerMinute: 30, signingKey: await signingKey(store) },
    }),
})
await tellAddress({ url: proxy.url, headers: { authorization: `Bearer ${created.secret}` } })
await proxy[Symbol.asyncDispose]()
process.exit()
