import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import t from 'tap'
import { commandUsage, parseTimes } from '../../../../services/runner/limits/command-usage.ts'

t.test('what shells say of times is read', async t => {
  t.same(parseTimes('0m0.00s 0m0.00s\n1m2.50s 0m0.25s\n'), { user: 62.5, system: 0.25 })
  t.same(parseTimes('0m0,000s 0m0,001s\n0m1,500s 0m0,002s\n'), { user: 1.5, system: 0.002 })
  for (const text of ['', '0m0.00s 0m0.00s\n', 'x\n0m.s 0m.s\n', 'x\n0m1s 0m1s', 'x\n0m1s 0m1s\n\n'])
    t.equal(parseTimes(text), undefined, text)
})

for (const shell of ['/bin/dash', '/bin/bash'].filter(shell => existsSync(shell)))
  t.test(`${shell}: of children that took time`, async t => {
    const spin = 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'
    const said = execFileSync(shell, ['-c', `(${spin}); times`], { encoding: 'utf8' })
    const times = parseTimes(said)
    t.ok(times !== undefined && times.user > 0.02, said)
  })

t.test('what nobody could tell is null', async t => {
  t.equal(commandUsage(undefined, undefined, null), null)
  t.same(commandUsage(1_500, undefined, null), {
    wall_seconds: 1.5,
    user_seconds: null,
    system_seconds: null,
    peak_memory: null,
  })
  t.match(commandUsage(-5, { user: 1, system: 2 }, 7), {
    wall_seconds: 0,
    user_seconds: 1,
    system_seconds: 2,
    peak_memory: 7,
  })
})
