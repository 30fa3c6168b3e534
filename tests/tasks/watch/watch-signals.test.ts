import t from 'tap'
import { anyAlive } from '../../lib/processes/zoo.ts'
import { until } from '../../until.ts'
import { edit, files, pidsOf, taskfile } from './services-taskfile.ts'
import { animals, startWatch, untilShown } from './watch-rig.ts'

t.test('killed outright: nothing is left', async t => {
  const { running, waits } = startWatch(t, ['-w', 'front', 'check'], { taskfile, files })
  await waits(1)
  const processes = await animals(running, 6)
  running.child.kill('SIGKILL')
  await until('the end of all', () => !anyAlive(processes))
  t.equal(await running.end(), 'SIGKILL')
})

t.test('signals while services go on and a task runs', async t => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const { place, running, waits, end } = startWatch(t, ['-w', 'server', 'hangs'], {
      taskfile,
      files,
    })
    await waits(1)
    place.write('hangs.txt', '2')
    const processes = await animals(running, 6)
    t.equal(await end(signal), code)
    t.notOk(anyAlive(processes))
    t.match(running.stderr, /cancelled: ending what runs/)
  }
})

t.test('the same, behind the launcher of an old Node', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'check'], {
    taskfile,
    files: {
      ...files,
      'old-node.cjs': `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`,
    },
    node: ['-r', './old-node.cjs'],
  })
  await waits(1)
  edit(place)
  await waits(2)
  const processes = await animals(running, 4)
  await untilShown('the service', running, () => pidsOf(running.stderr, 'db').length === 2)
  t.equal(await end('SIGTERM'), 143)
  t.notOk(anyAlive(processes))
})

t.test('in a terminal a tree is drawn for each run, and Ctrl+C ends all', async t => {
  const { place, running } = startWatch(t, ['-w', 'check'], { taskfile, files, terminal: [80, 24] })
  await running.shows(/●.* db[\s\S]*watching \d+ files/)
  place.write('check.txt', '2')
  await running.shows(/watching \d+ files[\s\S]*check\.txt changed[\s\S]*✔.* check[\s\S]*watching \d+ files/)
  running.child.stdin?.write('\x03')
  t.equal(await running.end(), 130)
})
