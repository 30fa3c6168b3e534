import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from './until.ts'

/** Guards two directories, has a process in each that heeds no SIGTERM, lets go of the first, and waits. */
const program = `
import { spawn } from 'node:child_process'
import { guarded } from ${JSON.stringify(join(import.meta.dirname, 'guardian.ts'))}
const [kept, left] = process.argv.slice(1)
const pids = [kept, left].map(root => {
  const environment = { PATH: process.env.PATH, HOME: root + '/home' }
  const child = spawn('sh', ['-c', 'trap "" TERM; sleep 60 & wait'], { detached: true, stdio: 'ignore', env: environment })
  return child.pid
})
const guards = [kept, left].map(guarded)
guards[0][Symbol.dispose]()
console.log(pids.join(' '))
setInterval(() => undefined, 1000)
`

const isThere = (pid: number): boolean => {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

t.test('what a killed test has left is ended and removed, and nothing else is', async t => {
  const top = t.testdir()
  const roots = ['kept', 'left'].map(name => join(top, name))
  for (const root of roots) mkdirSync(root)
  const [kept = '', left = ''] = roots
  const test = spawn(process.execPath, ['--input-type=module', '-e', program, ...roots], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => test.kill('SIGKILL'))
  const [said] = await once(test.stdout, 'data')
  const [keptPid = 0, leftPid = 0] = `${said}`.split(' ').map(Number)
  t.teardown(() => process.kill(-keptPid, 'SIGKILL'))
  t.ok(isThere(keptPid) && isThere(leftPid))
  test.kill('SIGKILL')
  await until('the directory to be gone', () => !existsSync(left))
  t.notOk(isThere(leftPid))
  t.ok(isThere(keptPid))
  t.ok(existsSync(kept))
})
