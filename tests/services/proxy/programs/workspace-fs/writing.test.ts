import { chmod, readdir, readFile, stat, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../../until.ts'
import { makeWorkspace, startProgram } from '../rig.ts'

t.test('files are written, appended to and edited, whole', async t => {
  const { root, put } = await makeWorkspace(t, {
    'run.sh': 'echo 1\n',
    'mixed.txt': Buffer.from([0xff, 0x41, 0x42, 0x0d, 0x0a]),
  })
  await chmod(join(root, 'run.sh'), 0o755)
  const { call } = await startProgram(t, 'workspace-fs', root)
  const text = (name: string) => readFile(join(root, name), 'utf8')
  t.equal(
    (await call('write', { path: 'new/dir/a.txt', content: 'ä\n' })).text,
    'created new/dir/a.txt: 3 bytes',
  )
  t.equal(await text('new/dir/a.txt'), 'ä\n')
  t.equal(
    (await call('write', { operation: 'append', path: 'new/dir/a.txt', content: 'b' })).text,
    'appended 1 bytes to new/dir/a.txt, which has 4 now',
  )
  t.equal((await call('write', { path: 'run.sh', content: 'echo 2\n' })).text, 'replaced run.sh: 7 bytes')
  t.equal((await stat(join(root, 'run.sh'))).mode & 0o777, 0o755, 'it keeps its mode')
  t.equal(
    (await call('write', { operation: 'edit', path: 'mixed.txt', old_text: 'A', new_text: 'ZZ' })).text,
    'edited mixed.txt in 1 place',
  )
  t.same(
    await readFile(join(root, 'mixed.txt')),
    Buffer.from([0xff, 0x5a, 0x5a, 0x42, 0x0d, 0x0a]),
    'byte for byte but for that',
  )
  await put('many.txt', 'x x x')
  t.equal(
    (await call('write', { operation: 'edit', path: 'many.txt', old_text: 'x', new_text: 'xx', all: true }))
      .text,
    'edited many.txt in 3 places',
  )
  t.equal(await text('many.txt'), 'xx xx xx')
  t.equal(
    (await call('write', { operation: 'make_directory', path: 'made/deep' })).text,
    'made/deep is a directory',
  )
  await symlink('run.sh', join(root, 'link'))
  await call('write', { path: 'link', content: 'through it' })
  t.equal(await text('run.sh'), 'through it', 'a link within the workspace stays one')

  const refused: [input: Record<string, unknown>, told: RegExp][] = [
    [{ path: 'a.txt' }, /write_file needs content/],
    [{ operation: 'edit', path: 'many.txt', old_text: 'x' }, /edit needs new_text/],
    [
      { operation: 'edit', path: 'many.txt', old_text: 'xx', new_text: '' },
      /old_text is in it 3 times\n.*all: true/,
    ],
    [{ operation: 'edit', path: 'many.txt', old_text: 'y', new_text: '' }, /old_text is not in it/],
    [{ operation: 'edit', path: 'none.txt', old_text: 'y', new_text: '' }, /there is no none\.txt/],
    [{ operation: 'edit', path: 'absent/none.txt', old_text: 'y', new_text: '' }, /NOT_FOUND/],
    [{ path: 'many.txt', content: '', only_new: true }, /many\.txt is there already/],
    [{ path: 'made', content: '' }, /made is a directory/],
    [{ path: 'run.sh/x', content: '' }, /NOT_A_DIRECTORY/],
    [{ path: 'x\0y', content: '' }, /NUL/],
    [{ path: 'n'.repeat(300), content: '' }, /a name in it is too long/],
    [{ operation: 'delete', path: 'run.sh' }, /operation/],
  ]
  for (const [input, told] of refused) t.match(await call('write', input), { failed: true, text: told })
  t.equal(await text('many.txt'), 'xx xx xx')
  await chmod(join(root, 'many.txt'), 0o444)
  t.match(await call('write', { path: 'many.txt', content: '' }), { failed: true, text: /read-only/ })
  t.same(
    (await readdir(root)).sort(),
    ['link', 'made', 'many.txt', 'mixed.txt', 'new', 'run.sh'],
    'nothing else is left',
  )
})

t.test('of many who append at once none is lost', async t => {
  const { root } = await makeWorkspace(t, { log: '' })
  const { call } = await startProgram(t, 'workspace-fs', root)
  await Promise.all(
    Array.from({ length: 30 }, (_, at) =>
      call('write', { operation: 'append', path: 'log', content: `${at}\n` }),
    ),
  )
  const lines = (await readFile(join(root, 'log'), 'utf8')).trim().split('\n')
  t.same(
    lines.map(Number).sort((a, b) => a - b),
    Array.from({ length: 30 }, (_, at) => at),
  )
})

t.test(
  'one that is killed while it writes leaves the old file or the new one, and the next removes its rest',
  async t => {
    const old = 'o'.repeat(4_000_000)
    const now = 'n'.repeat(4_000_000)
    const { root } = await makeWorkspace(t, { big: old })
    for (let round = 0; round < 3; round++) {
      const { call, ended, pid } = await startProgram(t, 'workspace-fs', root)
      let isDone = false
      const writing = call('write', { path: 'big', content: now })
        .catch(() => undefined)
        .then(() => {
          isDone = true
        })
      await until('it has begun to write', async () => isDone || (await readdir(root)).length > 1)
      process.kill(pid ?? 0, 'SIGKILL')
      await Promise.all([ended, writing])
      const found = await readFile(join(root, 'big'), 'utf8')
      t.ok(found === old || found === now)
    }
    for (const name of await readdir(root))
      if (name.startsWith('.debug-server-write-')) await utimes(join(root, name), 1, 1)
    await startProgram(t, 'workspace-fs', root)
    t.same(await readdir(root), ['big'])
  },
)
