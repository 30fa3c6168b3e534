import { pino } from 'pino'
import { systemClock } from '../../../lib/clock.ts'
import { instanceId } from '../../../services/contract/ids.ts'
import { startRunner } from '../../../services/runner/runner.ts'
import { dataFiles } from '../../../services/store/files.ts'
import { openStore } from '../../../services/store/store.ts'

/** A runner in a process of its own, for tests that kill it: `node runner-process.ts STORE DATA SOCKET [TERM GRACE]`. */
const [, , storePath = '', data = '', socket = '', term, grace = '300'] = process.argv
await startRunner({
  store: await openStore(storePath),
  files: dataFiles(data),
  clock: systemClock,
  log: pino({ level: process.env.TEST_LOG ?? 'silent' }, pino.destination(2)),
  instance: instanceId.create(),
  socket,
  slots: 8,
  graceMs: Number(grace),
  worktrees: { keep: 8, totalBytes: 0 },
  ...(process.env.TEST_CGROUPS === undefined ? {} : { cgroups: 'auto' as const }),
  path: process.env.PATH ?? '',
  git: { openSchemes: ['git'] },
  ...(term === undefined ? {} : { lease: { termMs: Number(term) } }),
})
console.log('ready')
