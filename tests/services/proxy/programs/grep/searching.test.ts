import { execFileSync } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { makeWorkspace, startProgram } from '../rig.ts'
import { engines, gitInit, pathWith } from './rig.ts'

const files = {
  'src/a.ts': 'const one = 1\r\nconst Two = 2\n\n// one [x] again\n',
  'src/b.test.ts': 'one\n',
  'src/deep/c.md': 'zero\none\nONE\ntwo\n',
  '.hidden': 'one\n',
  '.gitignore': 'ignored/\n*.log\n!kept.log\n',
  'ignored/d.ts': 'one\n',
  'e.log': 'one\n',
  'kept.log': 'one\n',
  binary: Buffer.from('one\n\0one\n'),
  'latin.txt': Buffer.from('f\xfcr one\n', 'latin1'),
  'umlauts.txt': 'Ärger\nüber one\n',
  'nested/own.txt': 'one\n',
  '.artifacts/store': 'one\n',
  'config/mcp.local.toml': 'one\n',
  'long.txt': `${'x'.repeat(1_000)} one\n`,
}

/** The same for all engines. */
const answers: readonly [input: Record<string, unknown>, lines: readonly string[]][] = [
  [
    { pattern: '\\bone$' },
    [
      '.hidden:1:one',
      'kept.log:1:one',
      'latin.txt:1:f\ufffdr one',
      `long.txt:1:${'x'.repeat(400)}…`,
      'nested/own.txt:1:one',
      'src/b.test.ts:1:one',
      'src/deep/c.md:2:one',
      'umlauts.txt:2:über one',
    ],
  ],
  [
    { pattern: 'one', path: 'src', glob: '*.ts' },
    ['src/a.ts:1:const one = 1', 'src/a.ts:4:// one [x] again', 'src/b.test.ts:1:one'],
  ],
  [
    { pattern: 'one', glob: 'src/deep/**', ignore_case: true },
    ['src/deep/c.md:2:one', 'src/deep/c.md:3:ONE'],
  ],
  [{ pattern: 'ärger', ignore_case: true }, ['umlauts.txt:1:Ärger']],
  [{ pattern: '[x]', text: true, path: 'src' }, ['src/a.ts:4:// one [x] again']],
  [
    { pattern: 'ONE', path: 'src/deep/c.md', context: 1 },
    ['src/deep/c.md-2-one', 'src/deep/c.md:3:ONE', 'src/deep/c.md-4-two'],
  ],
  [
    { pattern: '1$|^// one', path: 'src', context: 1 },
    ['src/a.ts:1:const one = 1', 'src/a.ts-2-const Two = 2', 'src/a.ts-3-', 'src/a.ts:4:// one [x] again'],
  ],
  [{ pattern: '2$|^zero', path: 'src' }, ['src/a.ts:2:const Two = 2', 'src/deep/c.md:1:zero']],
  [{ pattern: 'one', path: 'ignored' }, ['ignored/d.ts:1:one']],
  [{ pattern: 'one', path: 'linked' }, ['src/deep/c.md:2:one']],
  [{ pattern: '--pre=cat' }, ['(nothing was found)']],
  [{ pattern: '-e' }, ['(nothing was found)']],
]

for (const { name, programs, skip } of engines)
  t.test(`what is found with the engine ${name}`, { skip }, async t => {
    const path = await pathWith(t, programs)
    const { root, outside } = await makeWorkspace(t, files)
    gitInit(root)
    gitInit(join(root, 'nested'))
    execFileSync('git', ['-C', root, 'add', '-f', 'src', 'e.log'])
    await symlink('src/deep', join(root, 'linked'))
    await symlink(join(outside, 'secret'), join(root, 'out'))
    const { call } = await startProgram(t, 'grep', root, path)
    for (const [input, lines] of answers) {
      const { text, failed } = await call('grep', input)
      t.same([failed, text.split('\n')], [false, lines], JSON.stringify(input))
    }
    t.same((await call('grep', { pattern: 'one', path: 'src', limit: 2 })).texts, [
      'src/a.ts:1:const one = 1\nsrc/a.ts:4:// one [x] again',
      '(there is more: narrow the search with path, glob or pattern, or give a higher limit)',
    ])
    const refused: [input: Record<string, unknown>, told: RegExp][] = [
      [{ pattern: '(' }, /the pattern is no regular expression/],
      [{ pattern: 'x', path: '../outside' }, /PATH_TRAVERSAL/],
      [{ pattern: 'x', path: 'out' }, /PATH_TRAVERSAL/],
      [{ pattern: 'x', path: '.git' }, /FORBIDDEN/],
      [{ pattern: 'x', path: 'none' }, /NOT_FOUND/],
      [{ pattern: 'x', glob: '../*' }, /must not lead out/],
      [{ pattern: 'a\nb' }, /pattern/],
      [{ pattern: 'x', paths: '.' }, /paths/],
    ]
    for (const [input, told] of refused)
      t.match(await call('grep', input), { failed: true, text: told }, JSON.stringify(input))
  })

for (const { name, programs, skip } of engines)
  t.test(`in a directory that is no repository all files are searched: ${name}`, { skip }, async t => {
    const { root } = await makeWorkspace(t, { 'a/b': 'one\n', '.gitignore': 'a\n' })
    const { call } = await startProgram(t, 'grep', root, await pathWith(t, programs))
    t.equal((await call('grep', { pattern: 'one' })).text, 'a/b:1:one')
  })
