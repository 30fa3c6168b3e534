import { mkdirSync, symlinkSync } from 'node:fs'
import t from 'tap'
import { FileTable } from '../../../../tasks/engine/files/file-table.ts'
import { FoundFiles, taskInputs } from '../../../../tasks/engine/files/task-inputs.ts'
import type { Input } from '../../../../tasks/engine/task.ts'
import { Workshop } from '../freshness/workshop.ts'

const shop = new Workshop(t)
for (const name of [
  'src/a.ts',
  'src/b.js',
  'src/.hidden.ts',
  'src/.dir/c.ts',
  'src/deep/er/d.ts',
  'src/(group)/e.ts',
  'src/[id]/page.ts',
  'src/i/page.ts',
  'odd/a*b.txt',
  'odd/ab.txt',
  'odd/two words é.txt',
  'odd/line\nend.txt',
  'node_modules/pack/index.js',
  '.git/config',
  '.artifacts/log.txt',
  'src/node_modules/inner/x.ts',
  'top.md',
])
  shop.write(name, name)
mkdirSync(shop.at('empty/inside'), { recursive: true })
symlinkSync('../src', shop.at('odd/link'))
symlinkSync('nowhere', shop.at('odd/dangling'))

const files = new FileTable(shop.path, Date.now)
const pathsOf = (inputs: readonly Input[]) => taskInputs('build', inputs, new FoundFiles(files)).paths

const src = [
  'src/(group)/e.ts',
  'src/.dir/c.ts',
  'src/.hidden.ts',
  'src/[id]/page.ts',
  'src/a.ts',
  'src/b.js',
]
const all = [...src, 'src/deep/er/d.ts', 'src/i/page.ts']
const odd = [
  'odd/a*b.txt',
  'odd/ab.txt',
  'odd/dangling',
  'odd/line\nend.txt',
  'odd/link',
  'odd/two words é.txt',
]

const cases: readonly (readonly [inputs: readonly Input[], paths: readonly string[]])[] = [
  [['src'], all],
  [['src/'], all],
  [['./src//'], all],
  [['src/**'], all],
  [['src/**/*'], all],
  [['src/*'], ['src/.hidden.ts', 'src/a.ts', 'src/b.js']],
  [['src/*.ts'], ['src/.hidden.ts', 'src/a.ts']],
  [['src/*.{ts,js}'], ['src/.hidden.ts', 'src/a.ts', 'src/b.js']],
  [['src/[ab].*'], ['src/a.ts', 'src/b.js']],
  [['src/?.ts'], ['src/a.ts']],
  [['src/**/page.ts'], ['src/[id]/page.ts', 'src/i/page.ts']],
  [['src/{deep/er,i}/*.ts'], ['src/deep/er/d.ts', 'src/i/page.ts']],
  [['src/(group)/*.ts'], ['src/(group)/e.ts']],
  [['**/*.md'], ['top.md']],
  [['*'], ['top.md']],
  [['node_modules/pack/**'], ['node_modules/pack/index.js']],
  [['node_modules/pack'], ['node_modules/pack/index.js']],
  [
    ['src/**', '!src/deep', '!**/*.js', '!src/[[]id]/**'],
    ['src/(group)/e.ts', 'src/.dir/c.ts', 'src/.hidden.ts', 'src/a.ts', 'src/i/page.ts'],
  ],
  [
    ['src/*.ts', '!src/a.ts', 'src/a.*'],
    ['src/.hidden.ts', 'src/a.ts'],
  ],
  [
    ['!src/a.ts', 'src/*.ts'],
    ['src/.hidden.ts', 'src/a.ts'],
  ],
  [['top.md', 'top.md', './top.md'], ['top.md']],
  [['odd'], odd],
  [[{ file: 'odd/a*b.txt' }], ['odd/a*b.txt']],
  [[{ file: 'src/[id]/page.ts' }], ['src/[id]/page.ts']],
  [[{ file: 'src/[id]' }], ['src/[id]/page.ts']],
  [[{ file: 'odd/two words é.txt' }], ['odd/two words é.txt']],
  [[{ glob: 'odd/a?b.txt' }], ['odd/a*b.txt']],
  [[{ file: 'none', optional: true }], []],
  [[{ glob: 'none/**', optional: true }], []],
  [[{ file: 'empty', optional: true }], []],
  [[], []],
]

t.test('what inputs lead to', async t => {
  for (const [inputs, paths] of cases) t.same(pathsOf(inputs), paths, JSON.stringify(inputs))
})

t.test('the directory of a link is not gone through by a pattern, and is by its own name', async t => {
  t.notOk(pathsOf(['odd/**']).some(path => path.startsWith('odd/link/')))
  t.ok(pathsOf(['odd/link']).includes('odd/link/a.ts'))
})

t.test('above the root', async t => {
  const up = new FileTable(shop.at('src'), Date.now)
  const paths = (inputs: readonly Input[]) => taskInputs('build', inputs, new FoundFiles(up)).paths
  t.same(paths(['../top.md', 'a.ts']), ['../top.md', 'a.ts'])
  t.same(paths(['../*.md']), ['../top.md'])
  t.same(paths([shop.at('top.md')]), [shop.at('top.md')])
})

const faults: readonly (readonly [input: Input, message: RegExp])[] = [
  ['nothing/*.ts', /an input of "build" matches no file: nothing\/\*\.ts$/],
  [{ glob: 'top.m' }, /matches no file: top\.m$/],
  ['none.txt', /an input of "build" is not there: none\.txt$/],
  [{ file: 'no[ne].txt' }, /is not there: no\[ne\]\.txt$/],
  ['empty', /an input of "build" is a directory without files: empty$/],
  ['', /an input of "build" is an empty text/],
  ['/dev/null', /neither a file nor a directory: \/dev\/null$/],
]

t.test('an input that names nothing is an error that names it', async t => {
  for (const [input, message] of faults)
    t.throws(() => pathsOf([input]), { name: 'UserError', message }, JSON.stringify(input))
})
