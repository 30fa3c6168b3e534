import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { identify } from '../../../../lib/processes/identity.ts'
import { anyAlive } from '../../../lib/processes/zoo.ts'
import { until } from '../../../until.ts'
import { execWith, idleStarters, skip, untilIdle } from './rig.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'starter-ends-')))
t.teardown(() => rmSync(directory, { recursive: true }))

t.test(
  'a starter that is killed: its command fails, says why, and ends with its scope',
  { skip },
  async t => {
    const { starters, environment } = await idleStarters(t)
    const { sh, scope, lines } = execWith(t, starters, { environment })
    const running = sh('echo said; echo $PPID; echo $$; exec sleep 300', { check: false })
    await until('three lines', () => lines.length === 3)
    const [, starter = 0, command = 0] = lines.map(line => Number(line.split(' ')[1]))
    t.not(starter, process.pid)
    const identity = identify(command)
    process.kill(starter, 'SIGKILL')
    await t.rejects(running, {
      name: 'CommandError',
      message: /is lost: the process that had started it was ended by SIGKILL$/,
      fault: { kind: 'lost', how: 'was ended by SIGKILL' },
      lastLines: ['said', String(starter), String(command)],
    })
    t.ok(anyAlive([identity]), 'it runs, and nobody knows how it will end')
    t.match(await scope.end(), { ended: 1, killed: 0, remaining: [] })
    t.notOk(anyAlive([identity]))
  },
)

t.test('a starter that is stopped is given up', { skip }, async t => {
  const { starters, environment } = await idleStarters(t, { lookMs: 100 })
  const { sh, lines } = execWith(t, starters, { environment })
  const running = sh('echo $PPID; exec sleep 300')
  const line = await until('its parent', () => lines[0])
  process.kill(Number(line.split(' ')[1]), 'SIGSTOP')
  await t.rejects(running, { name: 'CommandError', message: /was ended by SIGKILL$/ })
})

t.test('a scope that ends takes its command with it, also one that has not begun', { skip }, async t => {
  const { starters, environment } = await idleStarters(t)
  for (let turn = 0; turn < 40; turn++) {
    await untilIdle(starters)
    const file = join(directory, `began-${turn}`)
    const { sh, scope } = execWith(t, starters, { environment })
    const running = sh(`echo $$ > ${file}; exec sleep 300`, { check: false })
    running.catch(() => {})
    for (let turns = turn % 10; turns > 0; turns--) await new Promise(setImmediate)
    const { remaining } = await scope.end()
    t.same(remaining, [])
    const outcome = await running.then(
      ({ signal }) => signal,
      error => error.fault.kind,
    )
    t.ok(outcome === 'SIGTERM' || outcome === 'lost', String(outcome))
    t.same(await scope.survivors(), [])
  }
  await untilIdle(starters)
  const began = readdirSync(directory).map(name => Number(readFileSync(join(directory, name), 'utf8')))
  t.comment(`${began.length} had begun`)
  t.notOk(anyAlive(began.filter(Number.isInteger).map(identify)))
})
