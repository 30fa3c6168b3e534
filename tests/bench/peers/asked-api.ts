import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverSchema } from '../../../config/schema.ts'
import { systemClock, toInstant } from '../../../lib/clock.ts'
import { createLog } from '../../../lib/log.ts'
import { startApi } from '../../../services/api/api.ts'
import { instanceId } from '../../../services/contract/ids.ts'
import { dataFiles } from '../../../services/store/files.ts'
import { migrate } from '../../../services/store/migrate.ts'
import { openStore } from '../../../services/store/store.ts'
import { createToken } from '../../../services/store/tokens.ts'
import { fillStore } from '../filled-store.ts'
import { tellAddress } from './told.ts'

/** The API alone, in this process, with a session that takes commands; nobody runs them. */
const directory = mkdtempSync(join(tmpdir(), 'bench-asked-'))
try {
  const path = join(directory, 'store.db')
  await migrate(path)
  await using store = await openStore(path)
  const { sessions } = await fillStore(store, 1, 0)
  const token = await createToken(store, {
    ...{ name: 'asks', user: 'bench', scopes: ['cli'], expires_at: null },
    now: toInstant(systemClock.now()),
  })
  if (token.outcome !== 'created') throw new Error(token.outcome)
  // Counted, though more are let through than anybody may send by default.
  const {
    sessions: limits,
    runner: commands,
    api: requests,
  } = serverSchema.parse({
    api: { requests_per_minute: 1_000_000_000 },
  })
  await using api = await startApi({
    ...{ store, files: dataFiles(join(directory, 'data')), clock: systemClock, log: createLog('api') },
    ...{ instance: instanceId.create(), version: '0', listen: { host: '127.0.0.1', port: 0 } },
    ...{ runnerSocket: join(directory, 'nobody.sock'), allowedOrigins: [], allowedSchemes: [] },
    ...{ debugSessions: 1, environments: { default: ['none'] }, environment: {} },
    ...{ sessions: limits, commands, requests, streamsPerUser: 1 },
  })
  await tellAddress({
    url: `${api.url}/sessions/${sessions[0]}`,
    headers: { authorization: `Bearer ${token.secret}` },
  })
} finally {
  rmSync(directory, { recursive: true })
}
