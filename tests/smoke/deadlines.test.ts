import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { longestRunMs } from '../../smoke/deadlines.ts'
import { inTime } from '../../smoke/in-time.ts'
import type { PhaseName } from '../../smoke/phases.ts'
import type { Setting } from '../../smoke/setting.ts'
import { smokeRig } from './smoke-rig.ts'

t.setTimeout(280_000)

// Each waits for most of its time.
t.jobs = 3

t.test('all phases together have a deadline, which is what each may take', async t => {
  const seconds = Object.fromEntries(
    ['clone', 'install', 'bootstrap', 'bundle', 'ready', 'structural', 'stage', 'full', 'verify', 'down'].map(
      (name, at) => [name, at + 1],
    ),
  ) as Setting['seconds']
  const options = { restartTimeout: 90, restartRetries: 1 } as Setting['options']
  const of = (...phases: PhaseName[]) => longestRunMs({ phases, seconds, options })
  const besides = of()
  const table: [PhaseName, number][] = [
    ...([
      ['clone', 1],
      ['up', 300],
      ['fetch-codex', 2],
      ['agent:use', 7],
      ['untouched', 9],
    ] as [PhaseName, number][]),
  ]
  for (const [name, most] of table) t.equal(of(name) - besides, most * 1_000, name)
  t.equal(of('clone', 'down') - besides, 11_000)
})

t.test('what does not come to its end is given up with its name, and nothing else is', async t => {
  const never = new Promise<void>(() => {})
  await t.rejects(inTime(10, 'removing it', never), { message: 'removing it took longer than 0.01 s' })
  t.equal(await inTime(60_000, 'it', Promise.resolve('done')), 'done')
  t.equal(await inTime(2 ** 33, 'a month and more', delay(50, 'done')), 'done')
  await t.rejects(inTime(60_000, 'it', Promise.reject(new Error('no'))), { message: 'no' })
})

t.test(
  'a start that hangs is ended in time, though a grandchild keeps the pipe, and tried again as often as asked',
  async t => {
    const rig = smokeRig(t, 'up-hangs')
    const { code, stderr } = await rig.run(
      '--test-scope',
      'none',
      '--restart-timeout',
      '2',
      '--restart-retries',
      '1',
    )
    t.equal(code, 1)
    t.match(stderr, /up took longer than 2 s, and is tried again/)
    t.match(rig.summary().failed, { phase: 'up', reason: /tasks\/cli.mjs up did not end within 2 s/ })
    const diagnosis = rig.evidence('diagnosis-up.txt')
    for (const part of [
      /^== What it failed with\n.*tasks\/cli.mjs up did not end within 2 s/,
      /== Services\nthe fake stack/,
      /== Open ports\nnone/,
      /== Last answers\nhttp:.*\/api\/readyz: /,
    ])
      t.match(diagnosis, part)
    t.same(rig.left(), [])
    t.same(rig.processes(), [])
  },
)

t.test('a phase that says nothing is ended, and told with how things stood', async t => {
  const rig = smokeRig(t, 'bootstrap-hangs')
  // On a busy machine npx alone, which comes before, is silent for some seconds.
  const { code } = await rig.run('--heartbeat-timeout', '12')
  t.equal(code, 1)
  t.match(rig.summary().failed, { phase: 'bootstrap', reason: /said nothing for 12 s/ })
  const diagnosis = rig.evidence('diagnosis-bootstrap.txt')
  t.match(diagnosis, /== Last answers\nno port was chosen yet/)
  t.match(diagnosis, /== What was said last\n\$ .*cli\.mjs bootstrap\nmaking an environment\n/)
  t.match(diagnosis, /== Processes of the run\n[\s\S]*cli\.mjs bootstrap\)/, 'what was at work still was')
  t.same(rig.left(), [])
  t.same(rig.processes(), [])
})

t.test('so is a start that says nothing, long before its own limit', async t => {
  const rig = smokeRig(t, 'up-hangs')
  const { code } = await rig.run('--heartbeat-timeout', '12', '--restart-timeout', '600')
  t.equal(code, 1)
  t.match(rig.summary().failed, { phase: 'up', reason: /said nothing for 12 s/ })
  t.match(rig.evidence('diagnosis-up.txt'), /== Processes of the run\n[\s\S]*\(sleep 600\)/)
  t.same(rig.left(), [])
  t.same(rig.processes(), [])
})

t.test('a phase that takes longer than its deadline is ended', async t => {
  const rig = smokeRig(t, 'bootstrap-hangs', { DEBUG_SERVER__SMOKE__SECONDS__BOOTSTRAP: '3' })
  const { code } = await rig.run()
  t.equal(code, 1)
  t.match(rig.summary().failed, { phase: 'bootstrap', reason: /timed out after 3 s/ })
  t.same(rig.left(), [])
})
