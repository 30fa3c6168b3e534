import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import t, { type Test } from 'tap'
import { identify, type ProcessIdentity } from '../../lib/processes/identity.ts'
import { anyAlive, zoo } from '../lib/processes/zoo.ts'
import { until } from '../until.ts'
import { cli, createPlace, importTask, oldNode, Running, start } from './cli-rig.ts'

const hasStarters = process.platform === 'linux' && existsSync('/usr/bin/perl')
const place = createPlace(t)
const cwd = place.path
place.write(
  'Taskfile.ts',
  `${importTask}
import { spawn } from 'node:child_process'
const zoo = ${JSON.stringify(zoo)}
const animal = text => task({ describe: 'x', run: (_, { exec }) => exec('sh', ['-c', text]) })
const all = task({
  describe: 'x',
  run: (_, { exec }) => Promise.all(Object.values(zoo).map(text => exec('sh', ['-c', text]))),
})
const mute = animal('echo pid $$; exec >&- 2>&-; sleep 300')
const deaf = animal(zoo.stubborn)
const inner = task({
  describe: 'x',
  run: async (_, { exec, log }) => {
    log('pid ' + process.pid)
    await exec('sh', ['-c', zoo.sleeper])
  },
})
const nested = task({ describe: 'x', run: (_, { exec }) => exec(process.execPath, [${JSON.stringify(cli)}, 'inner']) })
const limited = task({ describe: 'x', run: (_, { exec }) => exec('sh', ['-c', zoo.setsid + zoo.tree], { timeoutMs: 500 }) })
const leaves = task({
  describe: 'x',
  run: async (_, { exec, print }) => {
    const daemon = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })
    daemon.unref()
    print('pid ' + daemon.pid + '\\n')
    await exec('sh', ['-c', zoo.sleeper])
  },
})
const later = task({
  describe: 'x',
  run: async (_, { exec }) => {
    const parent = async () => Number((await exec('sh', ['-c', 'echo $PPID'], { output: 'capture' })).stdout)
    const perl = ${JSON.stringify(hasStarters)}
    while (perl && (await parent()) === process.pid);
    const bare = ' env -i sh -c "echo pid \\\\$\\\\$; exec sleep 300" & '
    await exec('sh', ['-c', 'echo pid $PPID; ' + zoo.setsid + bare + zoo.tree])
  },
})
const wants = task({ describe: 'x', tools: { [import.meta.dirname + '/hangs']: '>=1' }, run: ['true'] })
export default { all, later, mute, deaf, inner, nested, leaves, limited, wants }
`,
)

async function started(running: Running, count: number): Promise<(ProcessIdentity | undefined)[]> {
  const found = () => [...(running.stdout + running.stderr).matchAll(/pid (\d+)/g)]
  await until(`${count} pids`, () => found().length >= count)
  return found().map(match => identify(Number(match[1])))
}

/** The promise is one second; a test that runs beside others leaves the machine more. */
async function gone(t: Test, identities: readonly (ProcessIdentity | undefined)[]): Promise<void> {
  const killed = performance.now()
  await until('the end of all', () => !anyAlive(identities))
  t.comment(`gone after ${(performance.now() - killed).toFixed(0)} ms`)
}

t.test('killed outright: all that its tasks started ends, however it hid or refuses', async t => {
  const running = start(['all'], { cwd })
  const identities = await started(running, 10)
  running.child.kill('SIGKILL')
  await gone(t, identities)
  t.equal(await running.end(), 'SIGKILL', 'and nobody holds its streams any more')
})

t.test('a tool that was asked for its version ends with who asked', async t => {
  const hangs = place.write('hangs', '#!/bin/sh\necho $$ > pid.new; mv pid.new asked; sleep 300\n')
  chmodSync(hangs, 0o755)
  for (const [signal, end, ...words] of [
    ['SIGKILL', 'SIGKILL', 'wants'],
    ['SIGTERM', 143, 'wants'],
  ] as const) {
    const running = start(words, { cwd })
    await until('the question', () => existsSync(`${cwd}/asked`))
    const asked = identify(Number(readFileSync(`${cwd}/asked`, 'utf8')))
    rmSync(`${cwd}/asked`)
    t.ok(asked)
    running.child.kill(signal)
    await gone(t, [asked])
    t.equal(await running.end(), end)
  }
})

t.test('killed outright: what a starter has started ends, and the starter', async t => {
  const running = start(['later'], { cwd })
  const identities = await started(running, 7)
  t.equal(identities[0]?.pid !== running.child.pid, hasStarters)
  running.child.kill('SIGKILL')
  await gone(t, hasStarters ? identities : identities.slice(1))
  t.equal(await running.end(), 'SIGKILL')

  const again = start(['later'], { cwd })
  const all = await started(again, 7)
  again.child.kill('SIGTERM')
  t.equal(await again.end(), 143)
  t.notOk(anyAlive(all))
})

t.test('killed with its whole process group, and with no stdin', async t => {
  const script = 'exec "$@" <&-'
  const running = new Running('setsid', ['sh', '-c', script, 'sh', process.execPath, cli, 'all'], { cwd })
  const identities = await started(running, 10)
  process.kill(-(running.child.pid ?? 0), 'SIGKILL')
  await gone(t, identities)
  await running.end()
})

t.test('a command that has closed its streams ends as well', async t => {
  const running = start(['mute'], { cwd })
  const identities = await started(running, 1)
  running.child.kill('SIGKILL')
  await gone(t, identities)
})

t.test('the launcher on an old Node is killed: even what ignores SIGTERM ends', async t => {
  const running = start(['deaf'], { cwd, node: oldNode(place) })
  const identities = await started(running, 1)
  running.child.kill('SIGKILL')
  await gone(t, identities)
})

t.test('a run within a run: each has a sentinel', async t => {
  const first = start(['nested'], { cwd })
  const all = await started(first, 2)
  first.child.kill('SIGKILL')
  await gone(t, all)

  const second = start(['nested'], { cwd })
  const [inner, sleeper] = await started(second, 2)
  if (inner !== undefined) process.kill(inner.pid, 'SIGKILL')
  t.equal(await second.end(), 1)
  t.match(second.stderr, /was ended by SIGKILL/)
  t.notOk(anyAlive([inner, sleeper]))

  const third = start(['nested'], { cwd })
  await started(third, 2)
  third.child.kill('SIGTERM')
  t.equal(await third.end(), 143)
  t.notMatch(
    third.stderr,
    /left behind|killed/,
    'the sentinel of the inner run is nothing that a task leaves',
  )
})

t.test(
  'what a task detached on purpose, outside of its scope, stays: so do PM2 and its services',
  async t => {
    const running = start(['leaves'], { cwd })
    const [daemon, member] = await started(running, 2)
    running.child.kill('SIGKILL')
    await gone(t, [member])
    t.ok(anyAlive([daemon]))
    if (daemon !== undefined) process.kill(daemon.pid, 'SIGKILL')
  },
)

t.test('a time limit ends what a failure ends, with code 1', async t => {
  const running = start(['limited'], { cwd })
  const identities = await started(running, 5)
  t.equal(await running.end(), 1)
  t.match(running.stderr, /did not end within 0.5 s/)
  t.notOk(anyAlive(identities))
})
