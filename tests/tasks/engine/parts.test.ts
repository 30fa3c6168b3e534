import t from 'tap'
import { commandText } from '../../../tasks/engine/command-error.ts'
import { LineSplitter } from '../../../tasks/engine/lines.ts'
import { OutputTail } from '../../../tasks/engine/output-tail.ts'
import { advance, type TaskState, type Transition } from '../../../tasks/engine/state.ts'

t.test('lines', async t => {
  const cases: { name: string; chunks: string[]; lines: string[]; limit?: number }[] = [
    { name: 'whole lines', chunks: ['a\nb\n'], lines: ['a', 'b'] },
    { name: 'a line in pieces', chunks: ['a', 'b', '\nc'], lines: ['ab', 'c'] },
    { name: 'empty lines stay', chunks: ['\n\na\n'], lines: ['', '', 'a'] },
    { name: 'line ends of other systems', chunks: ['a\r\nb\r', '\n'], lines: ['a', 'b'] },
    { name: 'a progress bar', chunks: ['1%\r', '2%\r', '3%\n'], lines: ['3%'] },
    { name: 'a long line in pieces', chunks: ['abcdefg\nh'], lines: ['abc', 'def', 'g', 'h'], limit: 3 },
    { name: 'a long line without end', chunks: ['abcd', 'efg'], lines: ['abc', 'def', 'g'], limit: 3 },
    { name: 'exactly the limit', chunks: ['abc\n'], lines: ['abc'], limit: 3 },
    { name: 'nothing', chunks: [], lines: [] },
  ]
  for (const { name, chunks, lines, limit } of cases) {
    const found: string[] = []
    const splitter = new LineSplitter(line => found.push(line), limit)
    for (const chunk of chunks) splitter.push(chunk)
    splitter.end()
    t.same(found, lines, name)
  }
})

t.test('the tail of an output', async t => {
  const tail = new OutputTail(10)
  for (let i = 0; i < 10; i++) tail.push(String(i))
  t.equal(tail.text(), '0123456789')
  t.notOk(tail.dropped, 'nothing is lost up to the limit')
  for (let i = 0; i < 1000; i++) tail.push(`line ${i}\n`)
  t.ok(tail.dropped)
  t.ok(tail.text().length >= 10 && tail.text().length <= 20)
  t.same(tail.lastLines(1), ['line 999'])
  const one = new OutputTail(3)
  one.push('abcd')
  t.ok(one.dropped)
  t.equal(one.text(), 'bcd')
})

t.test('a command as it would be typed', async t => {
  t.equal(commandText('git', ['log', '-n', '1', "it's", '', 'a b\nc']), `git log -n 1 'it'\\''s' '' 'a b c'`)
  t.equal(commandText('x', ['y'.repeat(500)]).length, 200)
})

t.test('states', async t => {
  const waiting: TaskState = { kind: 'waiting' }
  const running: TaskState = { kind: 'running', since: 100 }
  const start: Transition = { kind: 'start', at: 100 }
  const end = (at: number): Transition => ({ kind: 'end', at, end: { kind: 'succeeded', result: 1 } })
  t.same(advance(waiting, start), running)
  t.same(advance(running, end(150)), { kind: 'succeeded', how: 'ran', durationMs: 50, result: 1 })
  t.match(advance(running, end(50)), { durationMs: 0 }, 'a clock that was set back gives no negative time')
  t.same(advance(waiting, { kind: 'skip' }), { kind: 'skipped' })
  const wrong: [TaskState, Transition][] = [
    [running, start],
    [waiting, end(1)],
    [running, { kind: 'skip' }],
    [{ kind: 'skipped' }, start],
    [advance(running, end(150)), end(160)],
  ]
  for (const [state, transition] of wrong)
    t.throws(() => advance(state, transition), /a task that is .* cannot/)
})
