import { spawn } from 'node:child_process'
import { existsSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { endMarked } from '../../../lib/processes/end-marked.ts'
import { identify, isAlive, type ProcessIdentity } from '../../../lib/processes/identity.ts'
import { ProcessScope, scopeVariable } from '../../../lib/processes/process-scope.ts'
import { processEntry, processTable } from '../../../lib/processes/process-table.ts'
import { Sentinel } from '../../../lib/processes/sentinel.ts'
import { until } from '../../until.ts'
import { anyAlive, ended, readPids, stranger, zoo } from './zoo.ts'

const linux = process.platform === 'linux'

function childrenOf(pid: number): ProcessIdentity[] {
  return processTable().entries.filter(entry => entry.ppid === pid && !entry.zombie)
}

/** A program with a sentinel that starts these shell texts, and then stays until its stdin ends. */
const owner = (texts: readonly string[], after = 'process.stdin.resume()') =>
  spawn(
    process.execPath,
    [
      '--input-type=module-typescript',
      '-e',
      `
      import { ProcessScope } from ${url('process-scope.ts')}
      import { Sentinel } from ${url('sentinel.ts')}
      const sentinel = new Sentinel()
      const scope = new ProcessScope({ sentinel })
      for (const text of ${JSON.stringify(texts)})
        scope.spawn('sh', ['-c', text], { stdio: ['ignore', 'inherit', 'ignore'] })
      ${after}
      `,
    ],
    // One more stream than programs know of, as make and test runners hand on.
    { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] },
  )

const url = (name: string) => JSON.stringify(new URL(`../../../lib/processes/${name}`, import.meta.url).href)

t.test(
  'without a member there is no sentinel; the first one starts it, and the last word ends it',
  async t => {
    await using sentinel = new Sentinel()
    const scope = new ProcessScope({ sentinel, id: 'own' })
    const inner = new ProcessScope({ within: scope, id: 'inner' })
    t.same(childrenOf(process.pid), [])
    const marked = inner.environment({ [scopeVariable]: 'outer' })
    t.equal(marked[scopeVariable], `outer:${sentinel.mark}:own:inner`)
    const [watching, ...others] = childrenOf(process.pid)
    t.ok(watching)
    t.same(others, [])
    inner.environment({})
    t.equal(childrenOf(process.pid).length, 1, 'one for all')
    await sentinel[Symbol.asyncDispose]()
    t.notOk(anyAlive([watching]))
  },
)

t.test('its owner is killed: everything that the owner started ends', async t => {
  const bystander = stranger()
  const child = owner([zoo.tree, zoo.setsid, zoo.doubleFork, zoo.stubborn, zoo.spiteful])
  const pids = await readPids(child, 8)
  const identities = pids.map(identify)
  const killed = performance.now()
  child.kill('SIGKILL')
  await until('the end of all', () => !anyAlive(identities))
  t.comment(`${(performance.now() - killed).toFixed(0)} ms, SIGTERM ignored by one`)
  t.ok(identify(bystander.pid ?? 0), 'strangers are left alone')
  bystander.kill()
})

t.test('its owner leaves without a word: the same', async t => {
  const child = owner([zoo.setsid], `setTimeout(() => process.exit(3), 300)`)
  const identities = (await readPids(child, 1)).map(identify)
  await ended(child)
  t.equal(child.exitCode, 3)
  await until('the end of all', () => !anyAlive(identities))
})

t.test('it keeps nothing of its owner: no signal of the group, no stream, no event loop', async t => {
  const child = owner([zoo.sleeper])
  const [member = 0] = await readPids(child, 1)
  const pid = child.pid ?? 0
  const watching = childrenOf(pid).find(entry => entry.pid !== member)
  if (watching === undefined) throw new Error('no sentinel')
  const entry = processEntry(watching.pid)
  t.equal(entry?.sid, watching.pid, 'a session of its own')
  if (linux) {
    const fd = (number: number) => `/proc/${watching.pid}/fd/${number}`
    t.match(readlinkSync(fd(0)), /^(socket|pipe):/)
    for (const stream of [1, 2]) t.equal(readlinkSync(fd(stream)), '/dev/null')
    t.notOk(existsSync(fd(3)), 'nor a stream that its owner was handed')
    t.equal(readlinkSync(`/proc/${watching.pid}/cwd`), '/')
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(watching.pid, signal)
  t.ok(isAlive(watching), 'whoever ends what is below its owner does not end it first')
  child.kill('SIGKILL')
  await until('its own end, with all', () => !isAlive(watching) && identify(member) === undefined)

  const free = owner([], `scope.spawn('true', [], { stdio: 'ignore' })`)
  await ended(free)
  t.equal(free.exitCode, 0, 'a program that is done is not kept')
})

t.test('marked processes take with them what they started without the mark', async t => {
  const child = spawn('sh', ['-c', 'env -i sh -c "echo pid \\$\\$; exec sleep 300" & wait'], {
    detached: true,
    env: { ...process.env, [scopeVariable]: 'somebody:left-over' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const identities = (await readPids(child, 1)).map(identify)
  t.equal(await endMarked(new Set()), 0)
  t.equal(await endMarked(new Set(['left-over'])), 2)
  t.notOk(anyAlive(identities))
  t.equal(await endMarked(new Set(['left-over'])), 0)
})

t.test('the program does nothing without a mark', async t => {
  const program = fileURLToPath(new URL('../../../lib/processes/sentinel-main.ts', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: 'ignore' })
  await ended(child)
  t.equal(child.exitCode, 0)
})
