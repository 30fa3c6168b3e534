import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../lib/processes/identity.ts'
import { until } from '../until.ts'
import { lackOfRunGroups } from './run-groups.ts'
import { smokeRig } from './smoke-rig.ts'

t.setTimeout(280_000)

const begun = (phase: string) => new RegExp(`\\d +${phase} +started`)

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  t.test(`${signal} ends a run with ${code}, keeps its evidence and leaves nothing`, async t => {
    const rig = smokeRig(t, 'up-hangs')
    const running = rig.start('--test-scope', 'none')
    await until('it starts the services', () => begun('up').test(running.stderr()))
    running.child.kill(signal)
    t.match(await running.ended, { code })
    t.match(rig.summary(), { outcome: 'cancelled' })
    t.match(rig.evidence('junit.xml'), /<testcase name="run".*<failure message="it was cancelled /)
    t.same(rig.left(), [])
    t.same(rig.processes(), [])
  })

t.test('killed at any moment, it leaves no process and no workspace', async t => {
  for (const phase of ['clone', 'bootstrap', 'up', 'ready']) {
    const rig = smokeRig(t, phase === 'bootstrap' ? 'bootstrap-hangs' : phase === 'up' ? 'up-hangs' : 'none')
    const running = rig.start('--test-scope', 'none')
    await until(`it is at ${phase}`, () => begun(phase).test(running.stderr()))
    running.child.kill('SIGKILL')
    await running.ended
    await until('nothing is left', () => rig.left().length === 0 && rig.processes().length === 0)
    // Where it hangs it has not come further by then. Its engine is asked to end first, and may say that it was.
    const failed = phase === 'bootstrap' || phase === 'up' ? { phase } : { phase: String }
    t.match(rig.summary(), {
      outcome: 'killed',
      failed: { ...failed, reason: /^it was (?:at work when|ended while|not begun)/ },
    })
    t.match(rig.evidence('events.ndjson'), /"run-started"/, `${phase}: what there was to tell is kept`)
    t.match(rig.evidence('junit.xml'), /<testcase name="clone"[\s\S]*<failure message="it was killed /)
    t.match(rig.evidence('report.html'), /: killed<\/h1>/)
    if (phase === 'ready') t.match(rig.evidence('services/api.log'), /the api says/)
  }
})

t.test('killed, it leaves nobody of its control group either', { skip: await lackOfRunGroups() }, async t => {
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const rig = smokeRig(t, 'up-escapes')
    const running = rig.start('--test-scope', 'none')
    const pid = await until('somebody has escaped', () => {
      const [file] = globSync(join(rig.temporary, '*/clone/.artifacts/run/escaped'))
      return file === undefined ? 0 : Number(readFileSync(file, 'utf8'))
    })
    const escaped = identify(pid)
    if (escaped === undefined) throw new Error(`${pid} is gone already`)
    const directory = /^0::(.*debug-server-smoke-[\da-f]{8})\/run$/m.exec(
      readFileSync(`/proc/${pid}/cgroup`, 'utf8'),
    )?.[1]
    t.type(directory, 'string')
    running.child.kill(signal)
    await running.ended
    await until(`nothing is left after ${signal}`, () => rig.left().length === 0 && !isAlive(escaped))
    t.same(globSync(`/sys/fs/cgroup/**${directory}`), [])
  }
})
