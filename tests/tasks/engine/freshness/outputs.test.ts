import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import t from 'tap'
import { type Task, task } from '../../../../tasks/engine/task.ts'
import { Workshop } from './workshop.ts'

const making = (outputs: readonly string[], run: () => void = () => {}): Task =>
  task({ describe: 'Make', inputs: [], outputs, run })

t.test('an output that is not made fails the task, and is named', async t => {
  const shop = new Workshop(t)
  const make = making(['made.txt', 'missing.txt', 'none/*.js'], () => shop.write('made.txt', ''))
  const { result, of } = await shop.run({ make }, ['make'])
  t.equal(result.outcome, 'failed')
  t.match(of('make'), { name: 'UserError', message: 'it did not make missing.txt, none/*.js' })
  t.same((await shop.run({ make }, ['make'])).ran, ['make'], 'and it is not up to date')
})

t.test('directories, globs, links and empty directories are outputs, and come back', async t => {
  const shop = new Workshop(t)
  const make = making(['dist', 'lib/*.js', 'link', 'empty'], () => {
    shop.write('dist/deep/a.txt', 'a')
    shop.write('dist/b.txt', 'b')
    mkdirSync(shop.at('dist/hollow'), { recursive: true })
    shop.write('lib/c.js', 'c')
    shop.write('lib/note.md', 'not ours')
    mkdirSync(shop.at('empty'), { recursive: true })
    rmSync(shop.at('link'), { force: true })
    symlinkSync('dist/b.txt', shop.at('link'))
  })
  const again = () => shop.run({ make }, ['make'])
  await again()
  t.same((await again()).upToDate, ['make'])
  for (const name of ['dist', 'lib', 'link', 'empty']) shop.remove(name)
  const { restored, why } = await again()
  t.same(restored, ['make'])
  const missing = why('make').flatMap(change =>
    change.kind === 'output' ? [`${change.how} ${change.path}`] : [],
  )
  t.same(missing.sort(), [
    'missing dist/b.txt',
    'missing dist/deep/a.txt',
    'missing dist/hollow',
    'missing empty',
    'missing lib/c.js',
    'missing link',
  ])
  t.same(
    [shop.read('dist/deep/a.txt'), shop.read('lib/c.js'), readlinkSync(shop.at('link'))],
    ['a', 'c', 'dist/b.txt'],
  )
  t.equal(shop.read('lib/note.md'), undefined)
  rmSync(shop.at('link'))
  symlinkSync('dist/deep', shop.at('link'))
  t.same((await again()).why('make'), [{ kind: 'output', path: 'link', how: 'changed' }])
  t.equal(readlinkSync(shop.at('link')), 'dist/b.txt')
})

t.test(
  'an output that became a directory is put right; a file in the way of a directory is left to its owner',
  async t => {
    const shop = new Workshop(t)
    const make = making(['file', 'dir'], () => {
      shop.write('file', 'text')
      shop.write('dir/inside', 'text')
    })
    const again = () => shop.run({ make }, ['make'])
    await again()
    shop.remove('file')
    mkdirSync(shop.at('file'))
    t.same((await again()).restored, ['make'])
    shop.remove('dir')
    shop.write('dir', 'a file')
    t.equal((await again()).result.outcome, 'failed')
    t.same([shop.read('file'), shop.read('dir')], ['text', 'a file'])
  },
)

const collisions: readonly (readonly [one: string, other: string])[] = [
  ['out.txt', 'out.txt'],
  ['./out.txt', 'out.txt'],
  ['dist', 'dist/a.txt'],
  ['dist/', 'dist/deep/a.txt'],
  ['dist/*.js', 'dist/*.js'],
  ['dist/*.js', 'dist/a.js'],
  ['dist', 'dist/*.js'],
  ['dist/**', 'dist/a.js'],
]

t.test('two tasks that make the same: an error that names both, before anything runs', async t => {
  const shop = new Workshop(t)
  for (const [one, other] of collisions)
    for (const [a, b] of [
      [one, other],
      [other, one],
    ] as const) {
      const run = () => t.fail('was started')
      const ran = shop.run({ first: making([a], run), second: making([b], run) }, ['first', 'second'])
      await t.rejects(
        ran,
        { name: 'UserError', message: /^"first" and "second" both make / },
        `${a} and ${b}`,
      )
    }
  const apart = {
    first: making(['dist/*.js'], () => shop.write('dist/a.js', '')),
    second: making(['dist/a.css'], () => shop.write('dist/a.css', '')),
  }
  t.equal((await shop.run(apart, ['first', 'second'])).result.outcome, 'succeeded')
})

t.test('outputs that two tasks name only while they run: the second fails', async t => {
  const shop = new Workshop(t)
  const make = () =>
    task({ describe: 'Make', inputs: [], outputs: () => ['out.txt'], run: () => shop.write('out.txt', '') })
  const { result, of } = await shop.run({ first: make(), second: make() }, ['first', 'second'], { jobs: 1 })
  t.equal(result.outcome, 'failed')
  t.match(of('second'), { message: '"first" and "second" both make out.txt' })
})

t.test('outputs outside of the root are refused before anything runs', async t => {
  const shop = new Workshop(t)
  for (const output of ['../out.txt', '/tmp/out.txt', '.', '', 'a/../..', 'a/../../b', '..']) {
    const ran = shop.run({ make: making([output], () => t.fail('was started')) }, ['make'])
    await t.rejects(ran, { name: 'UserError', message: /is not below the directory of the Taskfile/ }, output)
  }
})
