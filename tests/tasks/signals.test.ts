import { once } from 'node:events'
import t from 'tap'
import { identify, isAlive } from '../../lib/processes/identity.ts'
import { anyAlive, zoo } from '../lib/processes/zoo.ts'
import { until } from '../until.ts'
import { createPlace, importTask, oldNode, type Running, start } from './cli-rig.ts'

const place = createPlace(t)
place.write(
  'Taskfile.ts',
  `${importTask}
const zoo = ${JSON.stringify(zoo)}
const animal = text => task({ describe: 'x', run: (_, { exec }) => exec('sh', ['-c', text]) })
const tree = animal(zoo.setsid + ' ' + zoo.tree)
const stubborn = animal(zoo.stubborn)
const hold = task({
  describe: 'x',
  run: (_, { print, signal }) => {
    print('pid ' + process.pid + '\\n')
    return new Promise(resolve => signal.addEventListener('abort', () => { print('cleaned up\\n'); resolve() }))
  },
})
const chatty = task({
  describe: 'x',
  run: async (_, { print, signal }) => {
    while (!signal.aborted) {
      print('line\\n')
      await new Promise(setImmediate)
    }
  },
})
const flood = task({
  describe: 'x',
  run: (_, { print, log }) => {
    for (let n = 0; n < 1000; n++) print(n + 'x'.repeat(1000) + '\\n')
    log('flooded')
  },
})
const deluge = task({ describe: 'x', needs: { flood }, run: (_, { signal }) => new Promise((_, no) => signal.addEventListener('abort', no)) })
export default { tree, stubborn, hold, chatty, flood, deluge }
`,
)
const cwd = place.path

/** Both ways in which the command line runs: in one process, and behind a launcher on an old Node. */
const ways: { name: string; node: string[] }[] = [
  { name: 'in one process', node: [] },
  { name: 'behind the launcher', node: oldNode(place) },
]

async function pids(running: Running, count: number): Promise<number[]> {
  const pattern = /pid (\d+)/g
  const found = () => [...(running.stdout + running.stderr).matchAll(pattern)].map(match => Number(match[1]))
  await until(`${count} pids`, () => found().length >= count)
  return found()
}

for (const { name, node } of ways) {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    t.test(`${signal} ${name}: everything ends, code ${code}`, async t => {
      const running = start(['tree'], { cwd, node })
      const identities = (await pids(running, 5)).map(identify)
      const asked = performance.now()
      running.child.kill(signal)
      t.equal(await running.end(), code)
      t.comment(`${(performance.now() - asked).toFixed(0)} ms`)
      t.match(
        running.stderr,
        /cancelled: ending what runs\n[\s\S]*tree {2}stopped after[\s\S]*cancelled after/,
      )
      t.notOk(anyAlive(identities))
    })
  }

  t.test(`a second Ctrl+C ${name} does not wait for the grace`, async t => {
    const running = start(['stubborn'], { cwd, node })
    const identities = (await pids(running, 1)).map(identify)
    running.child.kill('SIGINT')
    await running.shows(/cancelled: ending what runs/)
    // Two signals within 200 ms are one request, so this is sent until it is heeded.
    const again = setInterval(() => running.child.kill('SIGINT'), 250)
    const asked = performance.now()
    t.equal(await running.end(), 130)
    clearInterval(again)
    t.ok(performance.now() - asked < 4_500, 'the grace would be 5 s')
    t.notOk(anyAlive(identities))
  })

  t.test(`a task may clean up ${name}, and is told once`, async t => {
    const running = start(['hold'], { cwd, node })
    await pids(running, 1)
    running.child.kill('SIGTERM')
    running.child.kill('SIGTERM')
    t.equal(await running.end(), 143)
    t.equal(running.stdout.match(/cleaned up/g)?.length, 1)
  })
}

t.test('Ctrl+C typed in a terminal', async t => {
  for (const { name, node } of ways) {
    const running = start(['tree'], { cwd, node, terminal: [80, 24] })
    await running.shows(/› pid/)
    running.child.stdin?.write('\x03')
    t.equal(await running.end(), 130, name)
    t.match(running.stdout, /⊘.* tree .*stopped/)
    t.match(running.stdout, /cancelled after/)
  }
})

t.test('a launcher that is killed takes the run with it', async t => {
  const running = start(['hold'], { cwd, node: ways[1]?.node ?? [] })
  const [pid = 0] = await pids(running, 1)
  const identity = await until('the run', () => identify(pid))
  running.child.kill('SIGKILL')
  await until('its end', () => !isAlive(identity))
  t.equal(await running.end(), 'SIGKILL')
})

t.test('whoever reads the output goes away: the run ends', async t => {
  const running = start(['chatty'], { cwd })
  await running.shows(/line/)
  running.child.stdout?.destroy()
  t.equal(await running.end(), 141)
})

t.test('whoever reads the output pauses: the run goes on, and hears signals', async t => {
  const whole = start(['flood'], { cwd })
  whole.child.stdout?.pause()
  await whole.shows(/1 task done/)
  whole.child.stdout?.resume()
  t.equal(await whole.end(), 0)
  t.equal(whole.stdout.length, 1000 * 1001 + 10 + 2 * 90 + 3 * 900)
  const cancelled = start(['deluge'], { cwd })
  cancelled.child.stdout?.pause()
  await cancelled.shows(/deluge {2}started/)
  cancelled.child.kill('SIGTERM')
  await once(cancelled.child, 'exit')
  cancelled.child.stdout?.resume()
  t.equal(await cancelled.end(), 143)
})
