import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { endProcesses } from '../../../lib/processes/end-processes.ts'
import { processTable } from '../../../lib/processes/process-table.ts'
import { connectPm2, runningDaemon } from '../../../tasks/services/pm2-client.ts'
import { until } from '../../until.ts'

t.test('what a terminal tells all that it has started takes nobody the way back', async t => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'pm2-')))
  const helpers = () =>
    processTable().entries.filter(({ ppid, zombie }) => ppid === process.pid && zombie === false)
  const before = new Set(helpers().map(({ pid }) => pid))
  t.teardown(async () => {
    const daemon = runningDaemon(home)
    if (daemon !== undefined) await endProcesses([daemon])
    rmSync(home, { recursive: true, force: true })
  })
  const pm2 = await connectPm2(home, { PATH: process.env.PATH ?? '' })
  const [helper] = helpers().filter(({ pid }) => !before.has(pid))
  if (helper === undefined) throw new Error('nobody speaks to PM2')
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.kill(helper.pid, signal)
  t.same(await pm2.list(), [])
  await pm2.endDaemon()
  t.equal(runningDaemon(home), undefined)
  await pm2[Symbol.asyncDispose]()
  await until('who spoke to PM2 is gone', () => !helpers().some(({ pid }) => pid === helper.pid))
})
