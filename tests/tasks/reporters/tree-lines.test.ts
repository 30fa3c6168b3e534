import t from 'tap'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { RunRecord } from '../../../tasks/reporters/run-record.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { treeLines } from '../../../tasks/reporters/tree-lines.ts'
import { cachedRun, failingRun, idleRun, start, step } from './story.ts'

const style = createStyle(false)
const at = start

t.test('the lines of a tree', async t => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const record = new RunRecord()
  const take = (...events: EngineEvent[]) => {
    for (const event of events) record.take(event)
  }
  const frame = (rows: number) => treeLines(record, { now: at + 2500, rows, spinner: '*', style })
  take({
    type: 'run-started',
    run: '',
    plan: { targets: ['f'], steps: names.map(name => step(name)) },
    jobs: 2,
    at,
  })
  t.same(frame(10), ['◻ a', '◻ b', '◻ c', '◻ d', '◻ e', '◻ f'])
  for (const name of ['a', 'b', 'c', 'd']) take({ type: 'task-started', name, why: [], at })
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

function frameOf(events: readonly EngineEvent[], rows: number, now = start + 2052): string[] {
  const record = new RunRecord()
  for (const event of events) record.take(event)
  return treeLines(record, { now, rows, spinner: '*', style })
}

t.test('what did not have to run, a service that goes on, and attempts', async t => {
  const until = (type: EngineEvent['type'], name: string) => {
    const events = cachedRun()
    return events.slice(
      0,
      events.findIndex(event => event.type === type && 'name' in event && event.name === name) + 1,
    )
  }
  t.same(frameOf(until('task-waits', 'types'), 20).slice(0, 3), [
    '= gen up to date',
    '* types 2.0 s',
    '  › waits for task process 1234, which is making the same',
  ])
  t.same(frameOf(until('task-retrying', 'lint'), 20), [
    '= gen up to date',
    '↺ types restored 3 files: src/a.ts changed',
    '= seed done in the run that is resumed',
    '● db ready for 2.0 s',
    '  › listening',
    '* lint 2.0 s',
    '  › attempt 2 of 3',
    '◻ site',
    '◻ docs',
  ])
  t.same(frameOf(until('task-retrying', 'lint'), 7), [
    '● db ready for 2.0 s',
    '  › listening',
    '* lint 2.0 s',
    '  › attempt 2 of 3',
    '◻ site',
    '◻ docs',
    '… 7 tasks: 0 done, 1 up to date, 1 restored, 1 done before, 1 ready, 1 running, 2 waiting',
  ])
  t.same(frameOf(cachedRun(), 20).slice(3), [
    '✔ db ended after 238 ms',
    '✔ lint 97 ms, attempt 2',
    '  its outputs are not kept in the cache: disk full',
    '✔ site 100 ms',
    '= docs up to date',
  ])
})

t.test('a thousand tasks that are up to date are one line', async t => {
  t.same(frameOf(idleRun(), 60), ['… 1,000 tasks: 0 done, 1,000 up to date, 0 running, 0 waiting'])
})

t.test('what was not started, and why', async t => {
  t.equal(frameOf(failingRun(), 20).at(-1), '◻ all not started: lint failed')
})

t.test('never more lines than rows', async t => {
  for (const events of [cachedRun(), failingRun(), idleRun(30)])
    for (let length = 1; length <= events.length; length++)
      for (let rows = 1; rows < 12; rows++) {
        const lines = frameOf(events.slice(0, length), rows)
        if (lines.length > rows) t.fail(`${lines.length} lines in ${rows} rows`)
      }
})
