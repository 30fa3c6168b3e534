import t from 'tap'
import { UserError } from '../../../lib/user-error.ts'
import { CommandError } from '../../../tasks/engine/command-error.ts'
import { attemptLines } from '../../../tasks/reporters/attempts-text.ts'
import { failureLines, reasonLines } from '../../../tasks/reporters/failure.ts'
import { count, durationText, plainLine } from '../../../tasks/reporters/plain-text.ts'
import { endedText } from '../../../tasks/reporters/processes.ts'
import { createStyle, wantsColor } from '../../../tasks/reporters/style.ts'
import { TaskLog } from '../../../tasks/reporters/task-log.ts'

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
  const caused = reasonLines(new TypeError('bug', { cause: new Error('the cause') })).join('\n')
  t.match(caused, /^TypeError: bug\n\s+at .*words\.test\.ts[\s\S]*the cause/)
  const bug = new Error('mine')
  const frames = [
    ...['tasks/engine/exec.ts', 'tasks/commands/recorded-run.ts', 'tasks/known-commands.ts'],
    '.artifacts/prepared/v24/task/tasks/known-commands.ts.js',
  ].map(path => `    at run (${new URL(`../../../${path}`, import.meta.url).href}:1:2)`)
  const mine = '    at task (file:///project/tasks/main.ts:3:4)'
  bug.stack = ['Error: mine', mine, ...frames].join('\n')
  t.same(reasonLines(bug), ['Error: mine', mine], 'how the engine came to it is never the question')
  const lines = failureLines(
    {
      name: 'up',
      durationMs: 5,
      error: new UserError('no'),
      earlier: [],
      log: ['a\x07'],
      command: 'npx task up',
      logFile: undefined,
    },
    style,
  )
  t.same(lines, ['', '✖ up failed after 5 ms', '  │ a', '', '  no', '', '  again: npx task up'])
})

t.test('a failure after several attempts', async t => {
  const failed = new CommandError('make', { kind: 'exit', code: 2 }, [])
  const failure = { name: 'up', durationMs: 5, log: ['a'], command: 'npx task up', logFile: undefined }
  t.same(failureLines({ ...failure, error: failed, earlier: [failed, failed, new UserError('no')] }, style), [
    '',
    '✖ up failed after 5 ms, in 4 attempts',
    '  │ a',
    '',
    '  attempts 1 to 2: make exited with code 2',
    '  attempt 3: no',
    '',
    '  make exited with code 2',
    '',
    '  again: npx task up',
  ])
  const many = attemptLines(Array.from({ length: 25 }, (_, i) => `port ${i}`))
  t.same(many.slice(9), ['attempt 10: port 9', '… 15 more'])
})

t.test('numbers', async t => {
  const cases: [number, string][] = [
    [0, '0 tasks'],
    [1, '1 task'],
    [999, '999 tasks'],
    [1000, '1,000 tasks'],
    [1234567, '1,234,567 tasks'],
  ]
  for (const [number, text] of cases) t.equal(count(number, 'task'), text)
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
