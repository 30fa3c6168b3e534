import t from 'tap'
import {
  exportTarget,
  importTarget,
  type PackageEntries,
} from '../../../../tasks/engine/sources/package-target.ts'

const exported: readonly [entries: PackageEntries, subpath: string, target: string | undefined][] = [
  [{}, '', './index.js'],
  [{ main: 'lib/a.js' }, '', 'lib/a.js'],
  [{ main: 'lib/a.js' }, 'b.js', './b.js'],
  [{ exports: './a.ts', main: 'b.js' }, '', './a.ts'],
  [{ exports: './a.ts' }, 'b', undefined],
  [{ exports: { types: './a.d.ts', require: './a.cjs', import: './a.mjs' } }, '', './a.mjs'],
  [{ exports: { browser: './b.js', node: { require: './a.cjs', default: './a.js' } } }, '', './a.js'],
  [{ exports: ['./a.js', './b.js'] }, '', './a.js'],
  [{ exports: { '.': './a.js', './b': { default: './b.js' } } }, 'b', './b.js'],
  [{ exports: { './*': './src/*.ts' } }, 'x/y', './src/x/y.ts'],
  [{ exports: { './*': './src/*.ts', './in/*': './inner/*.ts' } }, 'in/x', './inner/x.ts'],
  [{ exports: { './*.js': './src/*.ts', './*': './other/*' } }, 'x.js', './src/x.ts'],
  [{ exports: { './*': './src/*.ts', './in/*': null } }, 'in/x', undefined],
  [{ exports: { './a': './a.js' } }, '', undefined],
]

t.test('the file behind a name of a package', async t => {
  for (const [entries, subpath, target] of exported) {
    t.equal(exportTarget(entries, subpath), target, `${JSON.stringify(entries)} ${subpath}`)
  }
})

t.test('the file behind a name within a package', async t => {
  const imports = { '#a': './a.ts', '#dep': { node: 'other', default: './own.js' }, '#in/*': './src/*.ts' }
  t.equal(importTarget({ imports }, '#a'), './a.ts')
  t.equal(importTarget({ imports }, '#dep'), 'other')
  t.equal(importTarget({ imports }, '#in/b'), './src/b.ts')
  t.equal(importTarget({ imports }, '#none'), undefined)
  t.equal(importTarget({}, '#a'), undefined)
})
