import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { anyAlive, zoo } from '../../lib/processes/zoo.ts'
import { animals, startWatch, untilShown } from './watch-rig.ts'

/** `slow` goes on until there is a file `go`. */
const taskfile = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
const zoo = ${JSON.stringify(zoo)}
const tree = task({
  describe: 'x',
  inputs: ['tree.txt'],
  run: async (_, { root, exec }) => {
    if (readFileSync(root + '/tree.txt', 'utf8') === 'quick') return
    await exec('sh', ['-c', zoo.setsid + ' ' + zoo.tree])
  },
})
const after = task({ describe: 'x', needs: { tree }, inputs: ['after.txt'], run: () => {} })
const slow = task({
  describe: 'x',
  inputs: ['slow.txt'],
  run: async (_, { root, print, signal }) => {
    print('slow began\\n')
    while (!existsSync(root + '/go') && !signal.aborted) await new Promise(resolve => setTimeout(resolve, 10))
    print(signal.aborted ? 'slow aborted\\n' : 'slow done\\n')
  },
})
const counts = task({
  describe: 'x',
  inputs: ['count.txt'],
  run: (_, { root }) => writeFileSync(root + '/count.txt', readFileSync(root + '/count.txt', 'utf8') + 'x'),
})
const formats = task({
  describe: 'x',
  inputs: ['code.txt'],
  run: (_, { root, print }) => {
    print('formats\\n')
    writeFileSync(root + '/code.txt', readFileSync(root + '/code.txt', 'utf8').trim() + '\\n')
  },
})
const makes = task({
  describe: 'x',
  inputs: ['in.txt'],
  outputs: ['made/*.txt'],
  run: async (_, { exec }) => { await exec('sh', ['-c', 'mkdir -p made; cat in.txt > made/1.txt']) },
})
const uses = task({
  describe: 'x',
  needs: { makes },
  inputs: ['made/*.txt'],
  run: (_, { print }) => print('uses\\n'),
})
export default { tree, after, slow, counts, formats, makes, uses }
`

t.test(
  'a change during a run ends what is stale, with all its processes, and lets the rest finish',
  async t => {
    const { place, running, waits, end } = startWatch(t, ['-w', 'after', 'slow'], {
      taskfile,
      files: { 'tree.txt': 'stays', 'after.txt': '1', 'slow.txt': '1' },
    })
    const processes = await animals(running, 5)
    await running.shows(/slow began/)
    place.write('tree.txt', 'quick')
    await running.shows(/something has changed: ending what is stale/)
    await running.shows(/tree +stopped/)
    await untilShown('the end of the tree', running, () => !anyAlive(processes))
    t.notMatch(running.stdout, /slow (aborted|done)/, 'what is not stale goes on')
    place.write('go', '')
    const told = await waits(1)
    t.match(told, /cancelled after .*: 1 done, 1 stopped, 1 not started\ntree\.txt changed\n/)
    t.match(told, /slow +up to date/)
    t.match(told, /2 tasks done, 1 up to date/)
    t.equal(running.stdout, 'slow began\nslow done\n')
    t.equal(await end(), 130)
  },
)

t.test('a change of what has not begun yet changes nothing', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', '--jobs', '1', 'slow', 'formats'], {
    taskfile,
    files: { 'slow.txt': '1', 'code.txt': 'one\n' },
  })
  await running.shows(/slow began/)
  place.write('code.txt', 'two\n')
  place.write('go', '')
  t.match(await waits(1), /2 tasks done/)
  t.notMatch(running.stderr, /stale|changed/)
  t.equal(running.stdout.match(/slow began/g)?.length, 1)
  t.equal(await end(), 130)
})

t.test('a task that never stops changing its inputs is run a few times, and told once', async t => {
  const { place, running, end } = startWatch(t, ['-w', 'counts'], {
    taskfile,
    files: { 'count.txt': '' },
  })
  const told = /counts: count\.txt changed in each of its runs; waiting for another change/
  await untilShown('that it is told', running, () => told.test(running.stderr))
  const count = () => readFileSync(join(place.path, 'count.txt'), 'utf8').length
  const first = count()
  t.ok(first > 1 && first <= 6, `${first} runs`)
  place.write('count.txt', '')
  await untilShown('another run', running, () => count() > 0)
  t.equal(await end(), 130)
  t.equal(running.stderr.match(/in each of its runs/g)?.length, 1)
})

t.test('a task that brings its input into its form comes to rest', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'formats'], {
    taskfile,
    files: { 'code.txt': '  one' },
  })
  await waits(1)
  place.write('code.txt', ' two ')
  await untilShown('two runs', running, () => (running.stdout.match(/formats/g)?.length ?? 0) >= 2)
  t.equal(await end(), 130)
  t.ok((running.stdout.match(/formats/g)?.length ?? 0) <= 6, running.stdout)
  t.notMatch(running.stderr, /in each of its runs/)
})

t.test('what one task makes for another makes no run of its own', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'uses'], { taskfile, files: { 'in.txt': '1' } })
  t.match(await waits(1), /2 tasks done/)
  place.write('in.txt', '2')
  t.match(await waits(2), /^in\.txt changed\n[\s\S]*2 tasks done/)
  place.write('made/1.txt', 'by hand')
  t.match(await waits(3), /^made\/1\.txt changed\n[\s\S]*restored 1 file: .*made\/1\.txt/)
  t.equal(running.stdout, 'uses\nuses\n')
  t.equal(running.stderr.match(/^watching/gm)?.length, 3)
  t.equal(await end(), 130)
})
