import t from 'tap'
import { UserError } from '../../../lib/user-error.ts'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { plainRenderer } from '../../../tasks/reporters/plain.ts'
import { streamReporter } from '../../../tasks/reporters/stream-reporter.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { cachedRun, exited, idleRun, rendered, start, step, traces } from './story.ts'

const style = createStyle(false)
const options = { ...traces, style, prints: false }
const at = new Date(2026, 0, 5, 10, 2, 3).getTime()

t.test('the plain reporter', async t => {
  const stdout: unknown[] = []
  const stderr: unknown[] = []
  const renderer = plainRenderer({ ...options, logFileOf: name => `logs/${name}.log` })
  const reporter = streamReporter(
    renderer,
    { write: text => stderr.push(text) > 0, flushed: async () => {} },
    { prints: { write: text => stdout.push(text) > 0 } },
  )
  const events: EngineEvent[] = [
    {
      type: 'run-started',
      run: '',
      plan: { targets: ['never'], steps: [step('a'), step('long:name'), step('never', ['a'])] },
      jobs: 2,
      at,
    },
    { type: 'task-started', name: 'a', why: [], at },
    { type: 'task-started', name: 'long:name', why: [], at },
    { type: 'task-log', name: 'a', source: 'stdout', line: 'hello\x1b[2J', at },
    { type: 'task-progress', name: 'a', text: 'waiting', at },
    { type: 'task-progress', name: 'a', text: 'waiting', at },
    { type: 'task-print', name: 'a', text: 'verbatim \x1b[1m', at },
    { type: 'task-processes-ended', name: 'a', cause: 'left-behind', ended: 1, killed: 0, remaining: [], at },
    { type: 'task-failed', name: 'a', durationMs: 1500, error: new UserError('bad', { fix: 'do this' }), at },
    { type: 'task-aborted', name: 'long:name', durationMs: 1600, abandoned: true, at },
    { type: 'task-skipped', name: 'never', at },
    { type: 'run-finished', outcome: 'failed', durationMs: 1700, at },
  ]
  for (const event of events) reporter.report(event)
  t.equal(stdout.join(''), 'verbatim \x1b[1m')
  t.equal(
    stderr.join(''),
    `10:02:03  a          started
10:02:03  long:name  started
10:02:03  a          │ hello
10:02:03  a          … waiting
10:02:03  a          ended 1 process left behind
10:02:03  a          failed after 1.5 s
10:02:03  long:name  did not stop, and is left after 1.6 s
10:02:03  never      not started: a failed

✖ a failed after 1.5 s
  │ hello

  bad
    do this

  again: npx task a
  log:   logs/a.log

10:02:03             failed after 1.7 s: 1 failed, 0 done, 1 stopped, 1 not started
`,
  )
})

/** Without the time, which is that of the machine's zone. */
const linesOf = (events: readonly EngineEvent[]) =>
  rendered(plainRenderer(options), events).replace(/^\d\d:\d\d:\d\d {2}/gm, '')

t.test('what did not have to run, a service, and attempts', async t => {
  t.equal(
    linesOf(cachedRun()),
    `       warning: the memory of earlier runs cannot be used (damaged); it is begun anew, and the old one is old.db
types  waits for task process 1234, which is making the same
types  restored 3 files: src/a.ts changed
db     started
db     │ listening
db     ready after 30 ms
lint   started: CI changed, and 1 more
lint   attempt 1 of 3 failed, again in 40 ms: make lint exited with code 2
lint   warning: its outputs are not kept in the cache: disk full
lint   done in 97 ms
site   started: no earlier result
site   done in 100 ms
docs   up to date
db     ended after 238 ms: nothing needs it any more
       3 tasks done, 2 up to date, 1 restored, 1 done before in 260 ms
`,
  )
})

t.test('tasks that are up to date are silent, unless they were asked for', async t => {
  t.equal(linesOf(idleRun()), 't0    up to date\n      all 1,000 tasks up to date (35 ms)\n')
})

t.test('a task that could not be judged fails without having started', async t => {
  const text = linesOf([
    { type: 'run-started', run: '', plan: { targets: ['a'], steps: [step('a')] }, jobs: 1, at: start },
    { type: 'task-failed', name: 'a', durationMs: 0, error: exited, at: start },
    { type: 'run-finished', outcome: 'failed', durationMs: 1, at: start },
  ])
  t.match(text, /^a {2}failed after 0 ms\n\n✖ a failed after 0 ms\n {2}make lint exited/)
})

t.test('an event of a task that is up to date costs next to nothing', async t => {
  const renderer = plainRenderer(options)
  const [first, ...rest] = idleRun(100_000)
  if (first !== undefined) renderer.take(first)
  // A time of day cannot be made of this.
  const events = rest.slice(1, -1).map(event => ({ ...event, at: Number.NaN }))
  const before = process.hrtime.bigint()
  for (const event of events) if (renderer.take(event) !== '') t.fail('it is silent')
  const each = Number(process.hrtime.bigint() - before) / events.length
  t.ok(each < 10_000, `${Math.round(each)} ns each`)
})
