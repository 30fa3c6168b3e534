import t from 'tap'
import type { PastRun } from '../../../tasks/engine/memory/history.ts'
import type { PastTask } from '../../../tasks/reporters/past-run.ts'
import { agoText } from '../../../tasks/reporters/relative-time.ts'
import { runText } from '../../../tasks/reporters/run-text.ts'
import { runsText } from '../../../tasks/reporters/runs-text.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { start } from './story.ts'

const style = createStyle(false)
const now = start
const run = (id: string, ago: number, more: Partial<PastRun> = {}): PastRun => ({
  id,
  startedAt: now - ago * 1000,
  durationMs: 1234,
  outcome: 'succeeded',
  words: ['build', 'test'],
  ran: 3,
  upToDate: 997,
  restored: 2,
  ...more,
})
const runs = [
  run('14', 2, { outcome: 'running', durationMs: undefined }),
  run('13', 200, { outcome: 'failed', words: ['bench', '--rows', 'one,two,three,four', '--', '--verbose'] }),
  run('12', 90_000, { ran: 1002, upToDate: 0, restored: 0, durationMs: 3_725_000 }),
  run('9', 40 * 86_400, { outcome: 'killed', durationMs: undefined }),
]

t.test('relative times', async t => {
  const cases: [number, string][] = [
    [0, 'just now'],
    [0.9, 'just now'],
    [-30, 'just now'],
    [1, '1 s ago'],
    [59.9, '59 s ago'],
    [60, '1 min ago'],
    [3599, '59 min ago'],
    [3600, '1 h ago'],
    [86_399, '23 h ago'],
    [86_400, '1 day ago'],
    [3 * 86_400, '3 days ago'],
  ]
  for (const [ago, text] of cases) t.equal(agoText(now - ago * 1000, now), text)
  t.match(agoText(now - 40 * 86_400_000, now), /^2025-11-2\d$/)
  t.match(agoText(now + 3_600_000, now), /^2026-01-0\d$/, 'a clock that has gone back')
})

t.test('a table of runs', async t => {
  t.equal(
    runsText(runs, { now, style }).replace(/2025-11-2\d/, '2025-11-26'),
    `run  started     result        took    ran  up to date  restored  words
14   2 s ago     running                 3         997         2  build test
13   3 min ago   failed       1.2 s      3         997         2  bench --rows …
12   1 day ago   done     1 h 2 min  1,002           0         0  build test
9    2025-11-26  killed                  3         997         2  build test
`,
  )
  t.equal(runsText([], { now, style }), 'no run is remembered yet\n')
})

t.test('no line is wider than the screen; columns go where there is no room', async t => {
  const long = runs.map(one => ({ ...one, id: `20260105T101500000Z-${one.id}` }))
  for (const table of [runs, long])
    for (const columns of [20, 40, 60, 80, 120]) {
      if (table === long && columns === 20) continue
      const lines = runsText(table, { now, style, columns }).trimEnd().split('\n')
      for (const line of lines) t.ok(line.length <= columns, `${columns}: ${line}`)
    }
  t.match(runsText(runs, { now, style, columns: 40 }), /^run {2}started +result +words\n/)
  t.match(runsText(runs, { now, style, columns: 20 }), /^run {2}\s*words\n14 +build test\n/)
})

t.test('one run', async t => {
  const tasks: PastTask[] = [
    { name: 'gen', outcome: 'up-to-date', durationMs: undefined, why: [], error: undefined },
    {
      name: 'types',
      outcome: 'restored',
      durationMs: undefined,
      why: [{ kind: 'forced' }],
      error: undefined,
    },
    { name: 'build', outcome: 'succeeded', durationMs: 1200, why: [{ kind: 'rest' }], error: undefined },
    {
      name: 'lint',
      outcome: 'failed',
      durationMs: 300,
      why: [],
      error: 'make\x1b[2J exited with code 2\nmore',
    },
    { name: 'all', outcome: 'skipped', durationMs: undefined, why: [], error: undefined },
  ]
  t.equal(
    runText(run('13', 200, { outcome: 'failed' }), tasks, now, style),
    `run 13  build test
failed, after 1.2 s, started 3 min ago: 3 ran, 997 up to date, 2 restored

= gen                 up to date
↺ types               restored: --force was given
✔ build        1.2 s  the words after -- changed
✖ lint        300 ms
  make exited with code 2
◻ all                 not started
`,
  )
  const many = Array.from(
    { length: 1000 },
    (_, i): PastTask => ({ ...(tasks[i === 7 ? 2 : 0] as PastTask), name: `t${i}` }),
  )
  const text = runText(run('1', 5), many, now, style)
  t.match(text, /\n✔ t7 .*\n… 999 up to date\n$/)
})
