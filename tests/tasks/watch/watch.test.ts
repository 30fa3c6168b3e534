import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { finish, type Running } from '../cli-rig.ts'
import { startWatch } from './watch-rig.ts'

const taskfile = `
const said = name => (_, { print }) => print(name + '\\n')
const a = task({ describe: 'x', inputs: ['a/**/*.txt', '!a/away.txt'], run: said('a') })
const b = task({ describe: 'x', inputs: ['b.txt'], needs: { a }, run: said('b') })
const c = task({ describe: 'x', inputs: [{ file: 'c.txt', optional: true }], run: said('c') })
const always = task({ describe: 'x', run: said('always') })
const fails = task({ describe: 'x', inputs: ['b.txt'], run: () => { throw new Error('no') } })
export default { a, b, c, always, fails }
`
const files = { 'a/1.txt': '1', 'a/away.txt': '1', 'b.txt': '1' }

/** What tasks have printed since this was asked last. */
function printed(running: Running): string[] {
  const words = running.stdout.split('\n').filter(line => line !== '')
  running.stdout = ''
  return words.sort()
}

t.test('only what a change concerns runs again', async t => {
  const { place, running, waits, end } = startWatch(t, ['--watch', 'b', 'c'], { taskfile, files })
  t.match(await waits(1), /3 tasks done/)
  t.same(printed(running), ['a', 'b', 'c'])
  t.match(running.stderr, /\nwatching 3 files of 3 tasks; Ctrl\+C ends\n$/)

  place.write('b.txt', '2')
  t.match(await waits(2), /^b\.txt changed\n[\s\S]*started: b\.txt changed[\s\S]*1 task done, 2 up to date/)
  t.same(printed(running), ['b'])

  place.write('a/deep/2.txt', 'new')
  t.match(await waits(3), /^a\/deep\/2\.txt changed\n[\s\S]*a\/deep\/2\.txt is new/)
  t.same(printed(running), ['a'], 'what needs it is up to date, for it returned the same')

  place.write('c.txt', 'there now')
  await waits(4)
  t.same(printed(running), ['c'])

  rmSync(join(place.path, 'a/deep'), { recursive: true })
  t.match(await waits(5), /^a\/deep\/2\.txt changed\n/)
  t.same(printed(running), [], 'what was made of the same before is handed on')
  t.equal(await end(), 130)
})

t.test('what is no change makes no run', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'a', 'always'], { taskfile, files })
  await waits(1)
  t.same(printed(running), ['a', 'always'])
  place.write('a/away.txt', 'taken away')
  place.write('a/no.md', 'no input')
  place.write('a/node_modules/x.txt', 'left out')
  utimesSync(join(place.path, 'a/1.txt'), new Date(), new Date())
  place.write('a/2.txt', 'a change')
  t.match(await waits(2), /^a\/(1\.txt changed, and 1 more|2\.txt changed)\n/)
  t.same(printed(running), ['a', 'always'], 'what always runs, runs each time')
  t.equal(await end('SIGTERM'), 143)
})

t.test('a failed run does not end it', async t => {
  const { place, waits, end } = startWatch(t, ['-w', 'fails'], { taskfile, files })
  t.match(await waits(1), /failed after/)
  place.write('b.txt', '2')
  t.match(await waits(2), /^b\.txt changed\n[\s\S]*failed after/)
  t.equal(await end(), 130)
})

t.test('many changes at once make one run', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'a'], { taskfile, files })
  await waits(1)
  running.child.kill('SIGSTOP')
  for (let i = 0; i < 100; i++) place.write(`a/${i % 50}.txt`, String(i))
  running.child.kill('SIGCONT')
  // On a slow machine the one that was there is told before those that are new.
  t.match(
    await waits(2),
    /^a\/\d+\.txt changed(?:, and \d+ more)?\n[\s\S]* started: a\/0\.txt is new, and 49 more\n/,
  )
  place.write('a/1.txt', 'the last')
  t.match(await waits(3), /^a\/1\.txt changed\n/)
  t.same(printed(running), ['a', 'a', 'a'])
  t.equal(await end(), 130)
})

t.test('--reporter json: nothing but events, and each run has its own', async t => {
  const { place, running, end } = startWatch(t, ['-w', '--reporter', 'json', 'a'], { taskfile, files })
  await running.shows(/"run-finished"/)
  // Nothing says that it waits, so it may be changed while it does not yet.
  const write = setInterval(() => place.write('a/1.txt', String(Math.random())), 300)
  await running.shows(/"run-finished"[\s\S]*"run-finished"/)
  clearInterval(write)
  t.equal(await end(), 130)
  t.equal(running.stderr, '')
  const events = running.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const runs = events.filter(({ type }) => type === 'run-started').map(({ run }) => run)
  t.ok(runs.length > 1)
  t.equal(new Set(runs).size, runs.length)
})

t.test('it runs, so it goes with nothing that does not', async t => {
  const { place } = startWatch(t, ['-w', 'always'], { taskfile })
  for (const words of [
    ['--plan', '-w', 'a'],
    ['a', '-w', '--plan'],
    ['--list', '--watch'],
  ])
    t.match(
      await finish(words, { cwd: place.path }),
      { code: 2, stdout: '', stderr: /^--watch runs tasks, and --(plan|list) runs none\n/ },
      words.join(' '),
    )
})

t.test('the first run has to be possible', async t => {
  const { running } = startWatch(t, ['-w', 'no'], { taskfile })
  t.equal(await running.end(), 2)
  t.match(running.stderr, /^unknown task "no"/)
})
