import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { identify } from '../../../lib/processes/identity.ts'
import { processAge } from '../../../lib/processes/process-age.ts'
import { ended } from './zoo.ts'

t.test('a process is as old as it is', async t => {
  const before = performance.now()
  const child = spawn('sleep', ['300'])
  const identity = identify(child.pid ?? -1)
  if (identity === undefined) throw new Error('not started')
  const after = performance.now()
  await delay(300)
  const least = performance.now() - after
  const age = processAge(identity) ?? Number.NaN
  // In ticks of 10 ms, of which both sides have theirs.
  t.ok(age >= least - 25 && age <= performance.now() - before + 25, `${age} ms`)
  const own = identify(process.pid)
  const uptime = process.uptime() * 1_000
  t.ok(own !== undefined && (processAge(own) ?? 0) >= uptime - 25)
  child.kill()
  await ended(child)
  t.equal(processAge(identity), undefined, 'gone')
  t.equal(processAge({ ...identity, pid: process.pid }), undefined, 'another')
})
