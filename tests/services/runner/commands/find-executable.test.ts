import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import t from 'tap'
import { findExecutable } from '../../../../services/runner/commands/find-executable.ts'
import { missingProgram } from '../../../../services/runner/commands/missing-program.ts'
import { findWorkingDirectory } from '../../../../services/runner/commands/working-directory.ts'

const root = mkdtempSync(join(tmpdir(), 'find-'))
t.teardown(() => rmSync(root, { recursive: true }))
for (const name of ['one', 'two', 'tree/sub', 'tree-beside']) mkdirSync(join(root, name), { recursive: true })
for (const [name, mode] of [
  ['one/tool', 0o644],
  ['two/tool', 0o755],
  ['one/text', 0o644],
  ['two/dir/x', 0o755],
  ['tree/sub/run', 0o755],
] as const) {
  mkdirSync(join(root, name, '..'), { recursive: true })
  writeFileSync(join(root, name), '')
  chmodSync(join(root, name), mode)
}
const along = ['one', 'two', 'gone'].map(name => join(root, name)).join(':')
const from = join(root, 'tree/sub')

t.test('programs', async t => {
  for (const [name, path, found] of [
    ['tool', along, join(root, 'two/tool')],
    ['./run', along, join(from, 'run')],
    ['../sub/run', '', join(from, 'run')],
    [join(root, 'two/tool'), '', join(root, 'two/tool')],
    ['run', `${along}:`, join(from, 'run')],
    ['run', '.', join(from, 'run')],
  ] as const)
    t.same(await findExecutable(name, path, from), { found: true, path: found }, `${name} along ${path}`)
  for (const [name, reason] of [
    ['run', 'executable_not_found'],
    ['./tool', 'executable_not_found'],
    ['text', 'not_executable'],
    ['dir', 'not_executable'],
    ['../sub', 'not_executable'],
    ['../../one/text', 'not_executable'],
    ['run/x', 'executable_not_found'],
  ] as const)
    t.match(await findExecutable(name, along, from), { found: false, reason }, name)
})

t.test('who gives a line in place of a program is told so', async t => {
  for (const line of ['make -j2', './run --fast'])
    t.match(await findExecutable(line, along, from), {
      message: / of that whole name; a line is given as "shell"/,
    })
})

t.test('a program that may not be seen is not there', async t => {
  symlinkSync(join(root, 'two/tool'), join(from, 'link'))
  const shows = (path: string) => !path.startsWith(join(root, 'two'))
  for (const name of ['tool', './link', join(root, 'two/tool'), join(root, 'two'), join(root, 'two/missing')])
    t.match(
      await findExecutable(name, join(root, 'two'), from, shows),
      { reason: 'executable_not_found' },
      name,
    )
  t.match(await findExecutable('./run', '', from, shows), { found: true })
})

t.test('directories of a worktree', async t => {
  const tree = join(root, 'tree')
  symlinkSync('sub', join(tree, 'inside'))
  symlinkSync('..', join(tree, 'above'))
  symlinkSync(`..${sep}tree-beside`, join(tree, 'beside'))
  symlinkSync('loop', join(tree, 'loop'))
  writeFileSync(join(tree, 'file'), '')
  for (const [relative, path] of [
    ['.', tree],
    ['', tree],
    ['sub', from],
    ['inside', from],
    ['sub/..', tree],
  ] as const)
    t.same(await findWorkingDirectory(tree, relative), { found: true, path }, relative)
  for (const [relative, message] of [
    ['above', /leads out/],
    ['..', /leads out/],
    ['beside', /leads out/],
    ['file', /not a directory/],
    ['gone', /no such directory/],
    ['loop', /no such directory/],
    ['file/x', /no such directory/],
  ] as const)
    t.match(await findWorkingDirectory(tree, relative), { found: false, message }, relative)
  t.match(await findWorkingDirectory(join(root, 'nothing'), '.'), { found: false })
})

t.test('why a shell line failed', async t => {
  t.match(await missingProgram('nothing -v', 127, along, from, () => true), {
    reason: 'executable_not_found',
  })
  t.match(await missingProgram('text', 126, along, from, () => true), { reason: 'not_executable' })
  t.equal(
    await missingProgram('tool', 127, along, from, () => true),
    null,
    'it is there: the code is its own',
  )
  t.equal(await missingProgram('nothing', 1, along, from, () => true), null)
  t.equal(await missingProgram('nothing || tool', 127, along, from, () => true), null)
})

t.test('a name of any length is told in few words', async t => {
  for (const name of ['x'.repeat(100_000), `./${'x'.repeat(100_000)}`]) {
    const program = await findExecutable(name, along, from)
    t.ok(!program.found && program.message.length < 300)
  }
})
