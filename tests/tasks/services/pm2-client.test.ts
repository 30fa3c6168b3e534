import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { endProcesses } from '../../../lib/processes/end-processes.ts'
import { processTable } from '../../../lib/processes/process-table.ts'
import { connectPm2, runningDaemon } from '../../../tasks/services/pm2-client.ts'
import { until } from '../../until.ts'

const helpers = () =>
  processTable().entries.filter(({ ppid, zombie }) => ppid === process.pid && zombie === false)

async function connected(t: Test) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'pm2-')))
  const before = new Set(helpers().map(({ pid }) => pid))
  t.teardown(async () => {
    const daemon = runningDaemon(home)
    if (daemon !== undefined) await endProcesses([daemon])
    rmSync(home, { recursive: true, force: true })
  })
  const pm2 = await connectPm2(home, { PATH: process.env.PATH ?? '' })
  const [helper] = helpers().filter(({ pid }) => !before.has(pid))
  if (helper === undefined) throw new Error('nobody speaks to PM2')
  const isGone = () => !helpers().some(({ pid }) => pid === helper.pid)
  return { home, pm2, helper, isGone }
}

t.test('what a terminal tells all that it has started takes nobody the way back', async t => {
  const { home, pm2, helper, isGone } = await connected(t)
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.kill(helper.pid, signal)
  t.same(await pm2.list(), [])
  await pm2.endDaemon()
  t.equal(runningDaemon(home), undefined)
  await pm2[Symbol.asyncDispose]()
  await until('who spoke to PM2 is gone', isGone)
})

t.test('who speaks to PM2 is ended by somebody: each call says so, at once', async t => {
  const { pm2, helper, isGone } = await connected(t)
  process.kill(helper.pid, 'SIGKILL')
  await t.rejects(pm2.list(), /^PM2's client ended during list$/, 'before that is known')
  await until('it is gone', isGone)
  await t.rejects(pm2.list(), /^PM2's client had ended before list$/)
  await pm2[Symbol.asyncDispose]()
})
