import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  collect,
  coverKept,
  evidenceRoot,
  makeEvidence,
  pruneEvidence,
} from '../../smoke/evidence/collect.ts'
import { phaseRecords } from '../../smoke/evidence/events.ts'
import { completeJunit } from '../../smoke/evidence/junit.ts'
import { keptNames } from '../../smoke/evidence/kept-names.ts'
import { reportPage } from '../../smoke/evidence/report.ts'
import { summaryOf } from '../../smoke/evidence/summary.ts'
import { traceWith } from '../../smoke/evidence/trace.ts'
import { Steps } from '../../smoke/steps.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { room, write } from './room.ts'

const tasks = ['clone', 'up', 'ready', 'down'].map(name => ({
  name,
  describe: `what ${name} is for`,
  needs: [],
}))
const started = { type: 'run-started', at: 1, version: 1, tasks }
const ndjson = (...events: object[]) => events.map(event => `${JSON.stringify(event)}\n`).join('')

t.test('how each phase went is read from the events of the engine', async t => {
  const error = { kind: 'command', message: 'sh exited with code 1', lastLines: ['a', 'b'] }
  const records = phaseRecords(
    ndjson(
      started,
      { type: 'task-started', name: 'clone', why: [] },
      { type: 'task-succeeded', name: 'clone', durationMs: 5 },
      { type: 'task-ready', name: 'up', durationMs: 7 },
      { type: 'task-log', name: 'up', line: 'x' },
      { type: 'task-failed', name: 'ready', durationMs: 9, error },
      { type: 'task-skipped', name: 'down' },
      { type: 'task-aborted', name: 'up', durationMs: 50 },
      { type: 'something-new', name: 'up' },
    ),
  )
  t.match(records, [
    { name: 'clone', outcome: 'passed', ms: 5 },
    { name: 'up', outcome: 'passed', ms: 7 },
    {
      name: 'ready',
      outcome: 'failed',
      reason: 'sh exited with code 1\na\nb',
      describe: 'what ready is for',
    },
    { name: 'down', outcome: 'skipped' },
  ])
})

t.test('what a kill leaves of the events is read as far as it goes', async t => {
  const whole = ndjson(started, { type: 'task-started', name: 'clone' })
  t.match(phaseRecords(`${whole}{"type":"task-succ`), [{ outcome: 'running' }, { outcome: 'waiting' }])
  t.same(phaseRecords(''), [])
})

const facts = {
  ...{ run: 'r', kept: false, workspace: '/w', source: '/s', revision: null, duration_ms: 1_000 },
  ...{ started_at: '2026-01-01T00:00:00.000Z', stopped: undefined, findings: [] },
  ...{ before: [], after: [], agent: 'no agent' },
}
const passed = (name: string) => ({ name, describe: '', outcome: 'passed', ms: 1 }) as const

t.test('a run has passed where every phase has and nothing was found after them', async t => {
  const table = [
    [{ phases: [passed('a')] }, 'passed', null],
    [{ phases: [] }, 'failed', 'start'],
    [{ phases: [], findings: [{ phase: 'start', reason: 'no git' }] }, 'failed', 'start'],
    [{ phases: [passed('a'), { name: 'b', describe: '', outcome: 'running' }] }, 'failed', 'b'],
    [
      {
        phases: [
          { name: 'a', describe: '', outcome: 'skipped' },
          { name: 'b', describe: '', outcome: 'failed', ms: 1, reason: 'why' },
        ],
      },
      'failed',
      'b',
    ],
    [{ phases: [passed('a')], findings: [{ phase: 'down', reason: 'left' }] }, 'failed', 'down'],
    [
      { phases: [], before: [{ name: 'w', describe: '', outcome: 'failed', ms: 1, reason: 'full' }] },
      'failed',
      'w',
    ],
    [
      {
        phases: [passed('a')],
        after: [{ name: 'r', describe: '', outcome: 'failed', ms: 1, reason: 'busy' }],
      },
      'failed',
      'r',
    ],
    [{ phases: [passed('a')], stopped: 'cancelled' }, 'cancelled', null],
    [{ phases: [{ name: 'b', describe: '', outcome: 'running' }], stopped: 'killed' }, 'killed', 'b'],
  ] as const
  for (const [given, outcome, phase] of table) {
    const summary = summaryOf({ ...facts, ...given })
    t.equal(summary.outcome, outcome)
    t.equal(summary.failed?.phase ?? null, phase)
  }
})

t.test('the page shows what failed, and nothing in it can be taken for markup', async t => {
  const phases = [
    { name: 'a<b>', describe: 'x & y', outcome: 'failed', ms: 1_500, reason: '<script>"' },
  ] as const
  const files = ['phases/a<b>.log', 'services/api & more.log', 'services/a#b.log']
  const page = reportPage(summaryOf({ ...facts, phases }), files)
  t.match(page, /<h2>a&lt;b&gt; failed<\/h2>\n<pre>&lt;script&gt;&quot;<\/pre>/)
  t.match(page, /1\.5 s/)
  t.match(page, /<td><a href="phases\/a%3Cb%3E.log">a&lt;b&gt;<\/a><\/td>/)
  t.match(
    page,
    /<h3>services<\/h3>\n<ul>\n<li><a href="services\/api%20%26%20more.log">api &amp; more.log<\/a>/,
  )
  t.match(page, /href="services\/a%23b.log"/)
  t.match(page, /<dd>\/w, removed\n/)
  t.notMatch(page, /<script/)
  const after = [{ name: 'remove', describe: '', outcome: 'failed', ms: 1, reason: 'busy' }] as const
  t.match(reportPage(summaryOf({ ...facts, phases, after }), files), /<dd>\/w\n/, 'where that has failed')
})

t.test(
  'what was found after the phases is a case of its own, and a run that was cut off has its phases',
  async t => {
    const engine =
      '<testsuites name="task" tests="2" failures="1"><testsuite name="task x" tests="2" failures="1"/></testsuites>\n'
    const served = engine.replace('/>', '><testcase name="a" classname="task" time="94.84"/></testsuite>')
    t.match(
      completeJunit(served, { steps: [], findings: [], outcome: 'passed', phases: [passed('a')] }),
      /name="a" classname="task" time="0.001"\/>/,
      'what a service was asked, not how long it was there',
    )
    const findings = [{ phase: 'untouched', reason: 'changed:\n  <b>\u001b[0m' }]
    const none = { phases: [], steps: [], findings: [] }
    t.equal(completeJunit(engine, { ...none, outcome: 'passed' }), engine)
    const text = completeJunit(engine, { ...none, outcome: 'failed', steps: [passed('remove')], findings })
    t.match(
      text,
      /^<testsuites name="task" tests="4" failures="2"><testsuite name="task x" tests="2" failures="1"\/>/,
    )
    t.match(
      text,
      /<testsuite name="the harness itself" tests="1" failures="0".*>\n.*name="remove".*time="0.001"/,
    )
    t.match(
      text,
      /name="untouched" classname="smoke"><failure message="changed:">changed:\n {2}&lt;b&gt;\\x1b\[0m<\/failure>/,
    )
    t.match(text, /<\/testsuites>\n$/)
    const running = { name: 'up', describe: '', outcome: 'running' } as const
    const told = { ...none, findings, phases: [passed('a'), running] }
    const whole = completeJunit(engine.slice(0, 50), { ...told, outcome: 'failed' })
    t.match(whole, /^<\?xml [^>]*>\n<testsuites>\n {2}<testsuite name="phases" tests="2" failures="1"/)
    t.match(whole, /name="up" classname="smoke"><failure message="it was at work when/)
    t.match(whole, /<testsuite name="after the phases" tests="1" failures="1"/)
    for (const outcome of ['cancelled', 'killed'] as const) {
      const text = completeJunit(engine, { ...none, outcome, phases: [passed('a')] })
      t.match(text, /^<testsuites name="task" tests="3" failures="2">/)
      t.match(text, `name="run" classname="smoke"><failure message="it was ${outcome} before its end"`)
    }
  },
)

t.test('what the harness does itself is timed, and in the trace beside the phases', async t => {
  let now = 5_000
  const steps = new Steps(() => now)
  await steps.run('clean-up', async () => {})
  now = 6_000
  await t.rejects(
    steps.run('workspace', async () => {
      throw new Error('full')
    }),
    { message: 'full' },
  )
  t.match(steps.records, [
    { name: 'clean-up', outcome: 'passed', at: 5_000 },
    { name: 'workspace', outcome: 'failed', at: 6_000, reason: 'full' },
  ])
  t.equal(steps.hasFailed, true)
  now = 7_000
  await steps.run('workspace', async () => {})
  t.match(steps.records[1], { outcome: 'passed', at: 6_000 }, 'in two pieces')
  const engine = {
    ...{ displayTimeUnit: 'ms', otherData: { started: new Date(8_000).toISOString(), jobs: 1 } },
    traceEvents: [
      { ph: 'M', name: 'process_name', pid: 1 },
      { ph: 'X', name: 'clone', pid: 1, tid: 1, ts: 10, dur: 5 },
    ],
  }
  const text = traceWith(JSON.stringify(engine), steps.records)
  const { otherData, traceEvents } = JSON.parse(text ?? '')
  t.same(otherData, { started: new Date(5_000).toISOString(), jobs: 1 })
  t.match(traceEvents, [
    { ph: 'M', ts: undefined },
    { name: 'clone', pid: 1, ts: 3_000_010, dur: 5 },
    { name: 'process_name', pid: 2 },
    { name: 'clean-up', pid: 2, ts: 0 },
    { name: 'workspace', pid: 2, ts: 1_000_000 },
  ])
  t.equal(traceWith('{"traceEvents":[', steps.records), undefined)
})

t.test('a log that goes with the workspace is named where it is kept', async t => {
  const places = { workspace: '/w', clone: '/w/clone' }
  const named = keptNames(places, [
    { from: '/w/clone/.artifacts/logs/api.log', to: '/e/services/api.log' },
    { from: '/w/.artifacts/task/logs/1/up.log', to: '/e/phases/up.log' },
  ])
  t.equal(
    named(
      'see .artifacts/logs/api.log, /w/clone/.artifacts/logs/api.log. log: .artifacts/task/logs/1/up.log',
    ),
    'see /e/services/api.log, /e/services/api.log. log: /e/phases/up.log',
  )
  for (const other of ['/x/.artifacts/logs/api.log', '.artifacts/logs/api.logs', 'a.artifacts/logs/api.log'])
    t.equal(named(other), other)
})

t.test('each run has a directory of its own, and the oldest go', async t => {
  const root = room(t)
  for (const [at, run] of ['a', 'b', 'c', 'd'].entries()) await makeEvidence(root, new Date(at * 1_000), run)
  await makeEvidence(root, new Date(3_000), 'e')
  write(join(evidenceRoot(root), '0-notes.txt'), 'of somebody')
  const day = 24 * 3_600_000
  await pruneEvidence(root, 2, new Date(2 * day))
  const last = ['.gitignore', '0-notes.txt', '1970-01-01T00-00-03Z-d', '1970-01-01T00-00-03Z-e']
  t.same(readdirSync(evidenceRoot(root)).sort(), last)
  mkdirSync(join(root, 'none'))
  await pruneEvidence(join(root, 'none'), 2, new Date(0))
  const over = await makeEvidence(root, new Date(2 * day), 'over')
  write(join(over, 'summary.json'), '{}')
  for (const run of ['at_work', 'new']) await makeEvidence(root, new Date(2 * day + 1_000), run)
  await pruneEvidence(root, 1, new Date(2 * day + 2_000))
  t.same(
    readdirSync(evidenceRoot(root)).sort(),
    ['.gitignore', '0-notes.txt', '1970-01-03T00-00-01Z-at_work', '1970-01-03T00-00-01Z-new'],
    'one that has no summary yet may be at work',
  )
})

t.test(
  'the logs of this run are kept without secrets, and what cannot be keeps none of the others',
  async t => {
    const places = placesIn(room(t))
    const evidence = join(room(t), 'evidence')
    const logs = join(places.clone, '.artifacts/logs')
    write(join(logs, 'api.log'), `${'x'.repeat(65_533)}hunter2 ${'y'.repeat(9)}hunt`)
    write(join(logs, 'proxy.log'), `${JSON.stringify({ msg: 'with a"b' })}\n`)
    write(join(places.clone, '.artifacts/pm2/pm2.log'), 'one')
    write(join(places.runtime, 'debug-server-1/pm2.log'), 'other')
    write(join(places.workspace, 'private'), 'nobody is to see this')
    symlinkSync(join(places.workspace, 'private'), join(logs, 'a.log'))
    mkdirSync(join(logs, 'b.log'))
    execFileSync('mkfifo', [join(logs, 'c.log')])
    const phase = (run: string) => join(places.taskArtifacts, 'task/logs', run, 'up.log')
    write(phase('first'), 'of now')
    write(join(places.taskArtifacts, 'task/logs/first/agent:use.log'), 'a stage')
    write(phase('second'), 'of before')
    utimesSync(phase('second'), 1, 1)
    const since = 100_000
    const { faults: failed } = await collect(places, evidence, { since, secrets: ['hunter2', 'a"b'] })
    t.same(
      failed.map(text => text.slice(logs.length)),
      ['/a', '/b', '/c'].map(name => `${name}.log: it is no plain file`),
    )
    const kept = (name: string) => readFileSync(join(evidence, name), 'utf8')
    t.equal(kept('services/api.log'), `${'x'.repeat(65_533)}******* ${'y'.repeat(9)}hunt`)
    t.equal(kept('services/proxy.log'), '{"msg":"with ****"}\n', 'in the form of JSON, too')
    t.equal(kept('services/pm2.log'), 'one')
    t.equal(kept('services/debug-server-1-pm2.log'), 'other')
    t.equal(kept('phases/up.log'), 'of now')
    t.equal(kept('phases/agent-use.log'), 'a stage')
    const other = `${'x'.repeat(65_533)}hunter3 \\"a\\"b\\"`
    write(join(evidence, 'events.ndjson'), other)
    await coverKept(evidence, ['hunter3', '"a"b"'])
    t.equal(
      kept('events.ndjson'),
      `${'x'.repeat(65_533)}******* ********`,
      'what is known later is covered then',
    )
    t.equal(kept('phases/up.log'), 'of now')
  },
)
