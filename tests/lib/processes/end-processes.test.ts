import { spawn, spawnSync } from 'node:child_process'
import t from 'tap'
import { endProcesses } from '../../../lib/processes/end-processes.ts'
import { identify, isAlive, signalProcess } from '../../../lib/processes/identity.ts'
import { until } from '../../until.ts'
import { ended, readPids, stranger, zoo } from './zoo.ts'

t.test('a process is named by its pid and its start', async t => {
  const child = stranger()
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  if (identity === undefined) throw new Error('not started')
  t.ok(isAlive(identity))
  const recycled = { ...identity, startTime: `${identity.startTime}0` }
  t.notOk(isAlive(recycled), 'the same pid with another start is another process')
  t.notOk(signalProcess(recycled, 'SIGKILL'), 'and is never signalled')
  t.same(await endProcesses([recycled]), { ended: 0, killed: 0, remaining: [] })
  t.ok(isAlive(identity))
  t.same(await endProcesses([identity]), { ended: 1, killed: 0, remaining: [] })
  await ended(child)
  t.equal(child.signalCode, 'SIGTERM')
  t.same(await endProcesses([identity]), { ended: 0, killed: 0, remaining: [] }, 'again is nothing')
})

t.test('the signal that asks can be chosen', async t => {
  const child = stranger()
  const identity = identify(child.pid ?? -1)
  if (identity === undefined) throw new Error('not started')
  await endProcesses([identity], { signal: 'SIGINT' })
  await ended(child)
  t.equal(child.signalCode, 'SIGINT')
})

t.test('only those named end, and those that do not heed are killed', async t => {
  const child = spawn('sh', ['-c', zoo.stubborn], { stdio: ['ignore', 'pipe', 'ignore'] })
  const other = stranger()
  const [pid = 0] = await readPids(child, 1)
  const identity = identify(pid)
  if (identity === undefined) throw new Error('not started')
  t.same(await endProcesses([identity], { graceMs: 50 }), { ended: 0, killed: 1, remaining: [] })
  t.equal(other.exitCode, null)
  other.kill()
  await ended(other)
})

t.test('a zombie is not alive', async t => {
  // The shell starts a child, becomes a program that never waits for it, and so leaves it as a zombie. The child has to
  // live until then: the shell itself would take notice of its end.
  const child = spawn('sh', ['-c', 'sleep 299 & echo pid $!; exec sleep 300'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [pid = 0] = await readPids(child, 1)
  const identity = await until('an identity', () => identify(pid))
  const programOf = () =>
    spawnSync('ps', ['-o', 'comm=', '-p', String(child.pid)], { encoding: 'utf8' }).stdout
  await until('the other program', () => programOf().trim() === 'sleep')
  process.kill(pid)
  await until('its end', () => !isAlive(identity))
  t.same(identify(pid), identity, 'it is there, and waits for its parent')
  t.notOk(isAlive(identity))
  child.kill()
  await ended(child)
})

t.equal(identify(2 ** 30), undefined)
