import t from 'tap'
import { UserError } from '../../../lib/user-error.ts'
import { CommandError } from '../../../tasks/engine/command-error.ts'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import type { Plan } from '../../../tasks/engine/plan.ts'
import { failureLines, reasonLines } from '../../../tasks/reporters/failure.ts'
import { plainRenderer } from '../../../tasks/reporters/plain.ts'
import { durationText, plainLine } from '../../../tasks/reporters/plain-text.ts'
import { endedText } from '../../../tasks/reporters/processes.ts'
import { RunRecord } from '../../../tasks/reporters/run-record.ts'
import { streamReporter } from '../../../tasks/reporters/stream-reporter.ts'
import { createStyle, wantsColor } from '../../../tasks/reporters/style.ts'
import { TaskLog } from '../../../tasks/reporters/task-log.ts'
import { treeLines } from '../../../tasks/reporters/tree-lines.ts'

const style = createStyle(false)

t.test('a line of somebody else’s output', async t => {
  const cases: [string, string][] = [
    ['plain', 'plain'],
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b]0;title\x07after', 'after'],
    ['\x1b[2J\x1b[10;10Hmoved', 'moved'],
    ['a\x07b\x08c\x00d\x7fe', 'abcde'],
    ['tab\there', 'tab    here'],
    ['\u202ereversed', 'reversed'],
    ['héllo 世界 🎉', 'héllo 世界 🎉'],
  ]
  for (const [text, expected] of cases) t.equal(plainLine(text), expected, JSON.stringify(text))
})

t.test('durations', async t => {
  const cases: [number, string][] = [
    [0, '0 ms'],
    [85.4, '85 ms'],
    [999.4, '999 ms'],
    [1234, '1.2 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_720_000, '1 h 2 min'],
  ]
  for (const [ms, text] of cases) t.equal(durationText(ms), text)
})

t.test('reasons', async t => {
  t.same(reasonLines(new UserError('port 80 is taken', { fix: 'choose another' })), [
    'port 80 is taken',
    '  choose another',
  ])
  t.same(reasonLines(new UserError('port 80 is taken')), ['port 80 is taken'])
  const failed = new CommandError('make', { kind: 'exit', code: 2 }, ['one', 'two\x1b[2J'])
  t.same(reasonLines(failed), ['make exited with code 2', '  one', '  two'])
  t.same(
    reasonLines(failed, ['one']),
    ['make exited with code 2', '  two'],
    'what the log has is not repeated',
  )
  t.same(reasonLines('just text'), ["it threw 'just text'"])
  t.same(reasonLines(undefined), ['it threw undefined'])
  const bug = reasonLines(new TypeError('bug', { cause: new Error('the cause') })).join('\n')
  t.match(bug, /^TypeError: bug\n\s+at .*words\.test\.ts[\s\S]*the cause/)
  const lines = failureLines(
    {
      name: 'up',
      durationMs: 5,
      error: new UserError('no'),
      log: ['a\x07'],
      command: 'npx task up',
      logFile: undefined,
    },
    style,
  )
  t.same(lines, ['', '✖ up failed after 5 ms', '  │ a', '', '  no', '', '  again: npx task up'])
})

t.test('processes that were ended', async t => {
  const none = { ended: 0, killed: 0, remaining: [] }
  t.equal(endedText({ ...none, cause: 'left-behind', ended: 1 }), 'ended 1 process left behind')
  t.equal(
    endedText({ ...none, cause: 'left-behind', ended: 1, killed: 1 }),
    'ended 2 processes left behind, 1 of them by SIGKILL',
  )
  t.equal(endedText({ ...none, cause: 'aborted', ended: 5 }), undefined, 'what was asked for needs no word')
  t.equal(endedText({ ...none, cause: 'failed', killed: 1 }), 'ended 1 process, 1 of them by SIGKILL')
  t.equal(endedText({ ...none, cause: 'aborted', remaining: [7, 8] }), 'could not end 2 processes: 7, 8')
})

t.test('colours are wanted', async t => {
  const terminal = { isTTY: true }
  t.ok(wantsColor({}, terminal))
  t.notOk(wantsColor({}, {}))
  t.notOk(wantsColor({ TERM: 'dumb' }, terminal))
  t.notOk(wantsColor({ NO_COLOR: '1' }, terminal))
  t.ok(wantsColor({ NO_COLOR: '' }, terminal), 'an empty NO_COLOR says nothing')
  t.ok(wantsColor({ FORCE_COLOR: '' }, {}))
  t.notOk(wantsColor({ FORCE_COLOR: '0' }, terminal))
})

t.test('a huge log keeps its beginning and its end', async t => {
  const log = new TaskLog()
  for (let i = 0; i < 100_000; i++) log.push(`line ${i}`)
  const lines = log.lines()
  t.ok(lines.length < 11_000)
  t.equal(lines[0], 'line 0')
  t.equal(lines.at(-1), 'line 99999')
  const omitted = Number(/… (\d+) lines left out …/.exec(lines[500] ?? '')?.[1])
  t.equal(omitted + lines.length - 1, 100_000)
})

const plan = (...names: string[]): Plan => ({
  targets: names.slice(-1),
  steps: names.map(name => ({ name, describe: name, needs: [], args: [] })),
})
const at = new Date(2026, 0, 5, 10, 2, 3).getTime()

t.test('the plain reporter', async t => {
  const stdout: unknown[] = []
  const stderr: unknown[] = []
  const renderer = plainRenderer({
    style,
    prints: false,
    commandFor: name => `npx task ${name}`,
    logFileOf: name => `logs/${name}.log`,
  })
  const reporter = streamReporter(
    renderer,
    { write: text => stderr.push(text) > 0 },
    { write: text => stdout.push(text) > 0 },
  )
  const events: EngineEvent[] = [
    { type: 'run-started', plan: plan('a', 'long:name', 'never'), jobs: 2, at },
    { type: 'task-started', name: 'a', at },
    { type: 'task-started', name: 'long:name', at },
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

t.test('the lines of a tree', async t => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const record = new RunRecord()
  const take = (...events: EngineEvent[]) => {
    for (const event of events) record.take(event)
  }
  const frame = (rows: number) => treeLines(record, { now: at + 2500, rows, spinner: '*', style })
  take({ type: 'run-started', plan: plan(...names), jobs: 2, at })
  t.same(frame(10), ['◻ a', '◻ b', '◻ c', '◻ d', '◻ e', '◻ f'])
  for (const name of ['a', 'b', 'c', 'd']) take({ type: 'task-started', name, at })
  take(
    { type: 'task-log', name: 'c', source: 'stdout', line: 'said', at },
    { type: 'task-log', name: 'c', source: 'stdout', line: '  ', at },
    { type: 'task-succeeded', name: 'a', durationMs: 1200, at },
    { type: 'task-failed', name: 'b', durationMs: 10, error: 1, at },
  )
  t.same(frame(10), ['✔ a 1.2 s', '✖ b 10 ms', '* c 2.5 s', '  › said', '* d 2.5 s', '◻ e', '◻ f'])
  const rest = '… 6 tasks: 1 done, 2 running, 2 waiting'
  t.same(frame(6), ['✔ a 1.2 s', '✖ b 10 ms', '* c 2.5 s', '  › said', '* d 2.5 s', rest])
  t.same(frame(5), ['✖ b 10 ms', '* c 2.5 s', '  › said', '* d 2.5 s', rest])
  t.same(frame(4), ['✖ b 10 ms', '* c 2.5 s', '* d 2.5 s', rest])
  t.same(frame(3), ['✖ b 10 ms', '* c 2.5 s', rest])
  for (let rows = 1; rows < 10; rows++) t.ok(frame(rows).length <= rows)
})
