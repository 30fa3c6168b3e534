import { renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { project } from './rig.ts'

t.test('everything that a module imports, and what that imports', async t => {
  const { look } = project(
    t.testdir({
      'Taskfile.ts': `
        import './a.ts'
        import type { T } from './types.ts'
        import settings from './settings.json' with { type: 'json' }
        import { readFileSync } from 'node:fs'
        import os from 'os'
        const later = () => import('./later.ts')
        new URL('./worker.ts?inline', import.meta.url)`,
      'a.ts': `export * from './deep/b.mjs'; import './Taskfile.ts'; import './a.ts'`,
      deep: { 'b.mjs': `import '../has%20space.js'`, 'unused.ts': '' },
      'has space.js': `import './old.cjs'`,
      'old.cjs': `require('./old'); require('./deep')`,
      'old.js': '',
      'later.ts': '',
      'worker.ts': '',
      'types.ts': '',
      'settings.json': '{ "import": "./deep/unused.ts" }',
    }),
  )
  t.same(look(['Taskfile.ts']).names, [
    'Taskfile.ts',
    'a.ts',
    '!deep', // a directory without an index
    'deep/b.mjs',
    'has space.js',
    'later.ts',
    'old.cjs',
    'old.js',
    'settings.json',
    'worker.ts',
  ])
  t.same(look(['later.ts', 'worker.ts', 'later.ts']).names, ['later.ts', 'worker.ts'])
  t.same(look([]).names, [])
})

t.test('modules are URLs as well as paths', async t => {
  const { root, look } = project(t.testdir({ 'a b.ts': '' }))
  const { graph } = look([])
  t.same(graph.filesOf([pathToFileURL(join(root, 'a b.ts')).href]), graph.filesOf([join(root, 'a b.ts')]))
})

t.test('what lies in the engine is cut off with all that it imports', async t => {
  const { look } = project(
    t.testdir({
      'Taskfile.ts': `import { task } from './engine/task.ts'; import './engine-room.ts'`,
      'engine-room.ts': '',
      engine: { 'task.ts': `import '../lib.ts'` },
      'lib.ts': '',
    }),
  )
  t.same(look(['Taskfile.ts', 'engine/task.ts']).names, ['Taskfile.ts', 'engine-room.ts'])
})

t.test('packages', async t => {
  const { root, write, look } = project(
    t.testdir({
      'Taskfile.ts': `
        import 'one'; import '@scope/two/sub/path'; import 'absent'; import './app/a.ts'
        import '#inner'; import '#three'; import '#nothing'; import 'own/b'; import 'linked/x'`,
      'package.json': JSON.stringify({
        name: 'own',
        exports: { './*': './src/*.ts' },
        imports: { '#inner': './src/inner.ts', '#three': 'three' },
      }),
      src: { 'b.ts': '', 'inner.ts': '' },
      app: { 'a.ts': `import 'one'; import '../node_modules/three/lib/deep.js'` },
      packages: {
        linked: {
          'package.json': JSON.stringify({ exports: { './*': { import: './src/*.ts' } } }),
          src: { 'x.ts': `import './y.ts'`, 'y.ts': '' },
        },
      },
      node_modules: {
        one: { 'package.json': '{"version":"1.0.0"}', 'index.js': `import './not-counted.js'` },
        '@scope': { two: { 'package.json': '{}' } },
        three: { 'package.json': '{}' },
      },
    }),
  )
  symlinkSync('../packages/linked', join(root, 'node_modules/linked'))
  const names = [
    'Taskfile.ts',
    'app/a.ts',
    'node_modules/@scope/two/package.json',
    '!node_modules/absent/package.json',
    'node_modules/linked/package.json',
    'node_modules/one/package.json',
    'node_modules/three/package.json',
    'package.json',
    'packages/linked/src/x.ts',
    'packages/linked/src/y.ts',
    'src/b.ts',
    'src/inner.ts',
  ]
  const first = look(['Taskfile.ts'])
  t.same(first.names, names)
  const second = look(['Taskfile.ts'])
  t.same(second.names, names)
  t.match(second.did, { digests: 0, parses: 0 })

  // Another version, one that is nearer, and one that is there now: nothing that imports them has changed.
  write({ 'node_modules/one/package.json': '{"version":"1.0.1"}', 'app/node_modules/one/package.json': '{}' })
  write({ 'node_modules/absent/package.json': '{}' })
  const third = look(['Taskfile.ts'])
  t.match(third.did, { parses: 0 })
  t.not(third.identity, second.identity)
  t.ok(third.names.includes('app/node_modules/one/package.json'))
  t.ok(third.names.includes('node_modules/absent/package.json'))
})

t.test('a file that is missing says so, and is seen when it comes', async t => {
  const { write, look } = project(t.testdir({ 'Taskfile.ts': `import './a.ts'` }))
  const missing = look(['Taskfile.ts'])
  t.same(missing.names, ['Taskfile.ts', '!a.ts'])
  write({ 'a.ts': `import './b.ts'`, 'b.ts': '' })
  const there = look(['Taskfile.ts'])
  t.same(there.names, ['Taskfile.ts', 'a.ts', 'b.ts'])
  t.not(there.identity, missing.identity)
  t.same(look(['none.ts']).names, ['!none.ts'])
})

t.test('a module that cannot be parsed counts itself', async t => {
  const { write, look } = project(
    t.testdir({ 'Taskfile.ts': `import './a.ts'`, 'a.ts': `import './b.ts'; const = 1`, 'b.ts': '' }),
  )
  t.same(look(['Taskfile.ts']).names, ['Taskfile.ts', '?a.ts'])
  const again = look(['Taskfile.ts'])
  t.same(again.names, ['Taskfile.ts', '?a.ts'])
  t.same(again.did, { stats: 2, digests: 0, parses: 0 })
  write({ 'a.ts': `import './b.ts'; const c = 1` })
  t.same(look(['Taskfile.ts']).names, ['Taskfile.ts', 'a.ts', 'b.ts'])
})

t.test('a second look reads nothing, and learns nothing', async t => {
  const { look } = project(t.testdir({ 'Taskfile.ts': `import './a.ts'`, 'a.ts': '' }))
  t.same(look(['Taskfile.ts']).did, { stats: 2, digests: 2, parses: 2 })
  const second = look(['Taskfile.ts'])
  t.same(second.did, { stats: 2, digests: 0, parses: 0 })
  t.equal(second.graph.learned.size, 0)
})

t.test('one run looks once', async t => {
  const { root, look } = project(
    t.testdir({ 'a.ts': `import './b.ts'`, 'b.ts': '', 'c.ts': `import './b.ts'` }),
  )
  const { graph, did } = look(['a.ts'])
  const modules = [join(root, 'a.ts')]
  t.equal(graph.filesOf(modules), graph.filesOf([...modules]))
  t.equal(graph.identityOf(modules), graph.identityOf([...modules]))
  graph.filesOf([join(root, 'c.ts'), ...modules])
  t.same(did, { stats: 3, digests: 3, parses: 3 })
})

t.test('changes', async t => {
  const { root, write, look } = project(
    t.testdir({ 'Taskfile.ts': `import './a.ts'`, 'a.ts': `'one'`, 'b.ts': '' }),
  )
  const path = join(root, 'a.ts')
  const { atime, mtime } = statSync(path)
  const before = look(['Taskfile.ts'])

  await t.test('touched: read, not parsed, and the same', async t => {
    utimesSync(path, 1_000, 1_000)
    const { identity, did } = look(['Taskfile.ts'])
    t.match(did, { digests: 1, parses: 0 })
    t.equal(identity, before.identity)
  })

  await t.test('edited in place, with the size and the time that it had', async t => {
    writeFileSync(path, `'two'`)
    utimesSync(path, 1_000, 1_000)
    const { identity, did } = look(['Taskfile.ts'])
    t.match(did, { digests: 1, parses: 1 })
    t.not(identity, before.identity)
  })

  await t.test('replaced by another file with the size and the time that it had', async t => {
    writeFileSync(`${path}.new`, `'one'`)
    utimesSync(`${path}.new`, atime, mtime)
    renameSync(`${path}.new`, path)
    t.equal(look(['Taskfile.ts']).identity, before.identity)
  })

  await t.test('another import', async t => {
    write({ 'a.ts': `import './b.ts'` })
    t.same(look(['Taskfile.ts']).names, ['Taskfile.ts', 'a.ts', 'b.ts'])
  })

  await t.test('removed', async t => {
    rmSync(path)
    t.same(look(['Taskfile.ts']).names, ['Taskfile.ts', '!a.ts'])
  })
})

t.test('a file that changed just before it was read is read again', async t => {
  const { root, look } = project(t.testdir({ 'a.ts': '' }))
  const { mtimeMs, ctimeMs } = statSync(join(root, 'a.ts'))
  const latest = Math.max(mtimeMs, ctimeMs)
  t.match(look(['a.ts'], { now: latest + 20 }).did, { digests: 1, parses: 1 })
  t.match(look(['a.ts'], { now: latest + 20 }).did, { digests: 1, parses: 0 }, 'still too near')
  t.match(look(['a.ts'], { now: latest + 30 }).did, { digests: 1, parses: 0 }, 'from now on it is trusted')
  t.match(look(['a.ts'], { now: latest }).did, { digests: 0, parses: 0 })
})

t.test('a link that leads elsewhere, to the same text', async t => {
  const { root, look } = project(
    t.testdir({
      one: { 'a.ts': `import './b.ts'`, 'b.ts': '' },
      two: { 'a.ts': `import './b.ts'`, 'b.ts': '' },
    }),
  )
  symlinkSync('one/a.ts', join(root, 'a.ts'))
  t.same(look(['a.ts']).names, ['a.ts', 'one/b.ts'])
  rmSync(join(root, 'a.ts'))
  symlinkSync('two/a.ts', join(root, 'a.ts'))
  t.same(look(['a.ts']).names, ['a.ts', 'two/b.ts'])
})

t.test('500 modules: one look at each, and none is opened', async t => {
  const name = (i: number) => `m${i % 20}/f${i}.ts`
  const { look } = project(
    t.testdir(),
    Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => {
        const needs = [2 * i + 1, 2 * i + 2].filter(j => j < 500)
        return [name(i), needs.map(j => `import '../${name(j)}'\n`).join('')]
      }),
    ),
  )
  t.equal(look([name(0)]).files.length, 500)
  const { files, did } = look([name(0)])
  t.equal(files.length, 500)
  t.same(did, { stats: 500, digests: 0, parses: 0 })
})
