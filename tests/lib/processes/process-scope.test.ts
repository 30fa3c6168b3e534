import { spawn } from 'node:child_process'
import t from 'tap'
import { monotonicMs } from '../../../lib/monotonic.ts'
import { identify, isAlive } from '../../../lib/processes/identity.ts'
import { pidMoment } from '../../../lib/processes/pid-sequence.ts'
import { ProcessScope, scopeVariable } from '../../../lib/processes/process-scope.ts'
import { processEntry } from '../../../lib/processes/process-table.ts'
import { until } from '../../until.ts'
import { anyAlive, ended, readPids, stranger, zoo } from './zoo.ts'

const skip = process.platform === 'linux' ? false : 'the sequence of pids is of Linux'

const sh = (scope: ProcessScope, text: string) =>
  scope.spawn('sh', ['-c', text], { stdio: ['ignore', 'pipe', 'ignore'] })

const gentle: { name: keyof typeof zoo; pids: number; rootLeaves: boolean }[] = [
  { name: 'sleeper', pids: 1, rootLeaves: false },
  { name: 'tree', pids: 4, rootLeaves: false },
  { name: 'orphan', pids: 1, rootLeaves: true },
  { name: 'setsid', pids: 1, rootLeaves: true },
  { name: 'doubleFork', pids: 1, rootLeaves: true },
]

for (const { name, pids, rootLeaves } of gentle) {
  t.test(`${name}: ends as a whole when asked, well within the grace`, async t => {
    const scope = new ProcessScope({ graceMs: 10_000 })
    const child = sh(scope, zoo[name])
    const identities = (await readPids(child, pids)).map(identify)
    if (rootLeaves) await ended(child)
    t.ok(anyAlive(identities), 'runs before the end')
    const survivors = await scope.survivors()
    for (const identity of identities)
      t.ok(survivors.includes(identity?.pid ?? -1), `${identity?.pid} is known`)
    const started = performance.now()
    const result = await scope.end()
    t.ok(result.ended >= pids, `${result.ended} ended`)
    t.match(result, { killed: 0, remaining: [] })
    t.ok(performance.now() - started < 9_000, 'did not wait for the grace')
    t.notOk(anyAlive(identities))
    t.same(await scope.survivors(), [])
  })
}

t.test('who ignores SIGTERM is killed after the grace', async t => {
  const scope = new ProcessScope({ graceMs: 100 })
  const [pid = 0] = await readPids(sh(scope, zoo.stubborn), 1)
  const identity = identify(pid)
  const started = performance.now()
  const { killed, remaining } = await scope.end()
  t.ok(performance.now() - started >= 95, 'had its grace')
  t.ok(killed >= 1)
  t.same(remaining, [])
  t.notOk(anyAlive([identity]))
})

t.test('what is started by a member that is asked to end, ends too', async t => {
  const scope = new ProcessScope({ graceMs: 5000 })
  await readPids(sh(scope, zoo.spiteful), 1)
  const result = await scope.end()
  // A shell that has forked and is not yet what it is to become may lose the signal that asks.
  t.ok(result.ended + result.killed >= 2)
  t.same(await scope.survivors(), [])
})

t.test('scopes that end together, and look together, each end all of their own', async t => {
  const animals = [zoo.tree, zoo.setsid, zoo.doubleFork, zoo.spiteful, zoo.orphan, zoo.stubborn]
  const scopes = animals.map(() => new ProcessScope({ graceMs: 200 }))
  const pids = await Promise.all(
    scopes.map((scope, i) => readPids(sh(scope, animals[i] ?? ''), animals[i] === zoo.tree ? 4 : 1)),
  )
  const identities = pids.flat().map(identify)
  for (const { remaining } of await Promise.all(scopes.map(scope => scope.end()))) t.same(remaining, [])
  t.notOk(anyAlive(identities))
  for (const scope of scopes) t.same(await scope.survivors(), [])
})

t.test('a stopped process heeds the end', async t => {
  const scope = new ProcessScope({ graceMs: 10_000 })
  const child = sh(scope, zoo.sleeper)
  const [pid = 0] = await readPids(child, 1)
  process.kill(pid, 'SIGSTOP')
  await until('stopped', () => processEntry(pid)?.stopped)
  t.match(await scope.end(), { ended: 1, killed: 0 })
})

t.test('a second call with a shorter grace hastens the first', async t => {
  const scope = new ProcessScope({ graceMs: 60_000 })
  await readPids(sh(scope, zoo.stubborn), 1)
  const first = scope.end()
  const second = scope.end({ graceMs: 0 })
  t.ok((await first).killed >= 1)
  t.equal(await second, await first)
  t.equal(await scope.end(), await first, 'ending again changes nothing')
})

t.test('strangers, other scopes and this process are left alone', async t => {
  const outsider = stranger()
  const other = new ProcessScope()
  const [otherPid = 0] = await readPids(sh(other, zoo.setsid), 1)
  const scope = new ProcessScope({ graceMs: 0 })
  await readPids(sh(scope, zoo.tree), 4)
  await scope.end()
  t.ok(outsider.pid !== undefined && identify(outsider.pid), 'the stranger runs')
  t.equal(processEntry(otherPid)?.zombie, false, 'the other scope is whole')
  outsider.kill()
  await other.end()
  await ended(outsider)
})

t.test('an outer scope owns what an inner one starts, in this process or another', async t => {
  const outer = new ProcessScope({ id: 'outer' })
  const inner = new ProcessScope({ id: 'inner', within: outer })
  t.equal(inner.environment({})[scopeVariable], 'outer:inner')
  const nested = new ProcessScope({ id: 'other-process' })
  const env = nested.environment(outer.environment({ PATH: process.env.PATH, UNSET: undefined }))
  t.equal(env[scopeVariable], 'outer:other-process')
  t.notOk('UNSET' in env)
  const [pid = 0] = await readPids(sh(inner, zoo.sleeper), 1)
  t.ok((await outer.survivors()).includes(pid))
  await outer.end()
  t.same(await inner.survivors(), [])
  t.ok(inner.closed)
})

t.test('an ended scope starts nothing', async t => {
  const scope = new ProcessScope()
  t.same(await scope.end(), { ended: 0, killed: 0, remaining: [] })
  t.throws(() => scope.spawn('true'), /has ended: true is not started/)
})

t.test('a program that does not exist is an error event and no member', async t => {
  await using scope = new ProcessScope()
  const child = scope.spawn('no-such-program')
  const [error] = await new Promise<unknown[]>(resolve => child.once('error', (...all) => resolve(all)))
  t.match(error, { code: 'ENOENT' })
  t.same(await scope.survivors(), [])
})

t.test('hundreds of short processes leave a short list and a living scope', async t => {
  const scope = new ProcessScope()
  const [pid = 0] = await readPids(sh(scope, zoo.setsid), 1)
  const identity = identify(pid)
  for (let i = 0; i < 300; i++) await ended(scope.spawn('true'))
  t.ok((await scope.survivors()).includes(pid))
  await scope.end()
  t.notOk(identity && isAlive(identity))
})

t.test('whoever has the pid by now of a member that has ended is not taken in', async t => {
  const other = stranger()
  const identity = identify(other.pid ?? 0)
  const scope = new ProcessScope()
  scope.adopt(other.pid ?? 0, monotonicMs())
  t.same(await scope.survivors(), [])
  await scope.end()
  t.ok(anyAlive([identity]))
  other.kill('SIGKILL')
  await ended(other)
})

/** A process that runs what it is told to, a line each, and says when that has ended. */
function startHost() {
  const script = 'while read -r line; do eval "$line"; echo over; done'
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
  const entry = processEntry(child.pid ?? 0)
  const since = pidMoment()
  if (entry === undefined || since === undefined) throw new Error('not started, or no moment')
  return {
    child,
    identity: { pid: entry.pid, startTime: entry.startTime },
    host: { ...entry, kill: () => void child.kill('SIGKILL') },
    since,
    run: (text: string) => void child.stdin.write(`${text}\n`),
  }
}

t.test('what a host starts belongs to the scope, and the host does not', { skip }, async t => {
  const { child, identity, host, since, run } = startHost()
  const outer = new ProcessScope({ graceMs: 10_000 })
  const scope = new ProcessScope({ within: outer })
  scope.lodge(host, since)
  run("sh -c 'echo pid $$; env -i setsid sleep 300 & exec env -i sleep 300'")
  const [pid = 0] = await readPids(child, 1)
  await until('its child runs', async () => (await scope.survivors()).length === 2)
  t.ok((await scope.survivors()).includes(pid), 'without a mark, too')
  t.equal((await outer.survivors()).length, 2)
  t.match(await outer.end(), { ended: 2, killed: 0, remaining: [] })
  t.ok(isAlive(identity))
  child.kill()
  await ended(child)
})

t.test('a host that has not begun when the scope ends is killed', { skip }, async t => {
  const { child, host, since } = startHost()
  const scope = new ProcessScope({ graceMs: 10_000 })
  scope.lodge(host, since)
  t.same(await scope.end(), { ended: 0, killed: 0, remaining: [] })
  await ended(child)
  t.equal(child.signalCode, 'SIGKILL')
  t.throws(() => scope.lodge(host, since), /has ended: nothing is started for it/)
})

t.test('whoever has left a host takes nothing of it along; whoever left somebody does', { skip }, async t => {
  const { child, identity, host, since, run } = startHost()
  const [one, other, third] = [new ProcessScope(), new ProcessScope(), new ProcessScope()]
  one.lodge(host, since)(true)
  other.lodge(host, since)(false)
  third.lodge(host, since)
  run('sh -c "echo pid \\$\\$; exec sleep 300"')
  const [pid] = await readPids(child, 1)
  t.same(await third.survivors(), [pid])
  t.same(await one.survivors(), [])
  t.same(await other.survivors(), [pid], 'all in the session may be of it')
  t.same(await one.end(), { ended: 0, killed: 0, remaining: [] })
  t.ok(isAlive(identity))
  t.match(await third.end(), { ended: 1 })
  t.same(await other.end(), { ended: 0, killed: 0, remaining: [] })
  t.ok(isAlive(identity), 'it waits for nobody who is over')
  child.kill()
  await ended(child)
})
