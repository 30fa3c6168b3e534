import { execFileSync } from 'node:child_process'
import { open, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { makeWorkspace, startProgram } from '../rig.ts'

const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}\n`).join('')

t.test('what is read of a file, and what is told of it', async t => {
  const { root } = await makeWorkspace(t, {
    'src/a.ts': 'one\ntwo\nthree\n',
    'long.txt': lines(3_000),
    'umlauts.txt': 'ä'.repeat(100),
    'empty.txt': '',
    'picture.png': Buffer.from([0x89, 0x50, 0, 1, 2]),
  })
  const { call, client } = await startProgram(t, 'workspace-fs', root)
  t.same(
    (await client.listTools()).tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint]),
    [
      ['read', true],
      ['list', true],
      ['write', false],
    ],
  )
  t.same((await call('read', { path: 'src/a.ts' })).texts, ['one\ntwo\nthree\n'])
  t.same((await call('read', { operation: 'read_file', path: join(root, 'src/a.ts') })).texts, [
    'one\ntwo\nthree\n',
  ])
  t.same((await call('read', { path: 'src/a.ts', start_line: 2 })).texts, [
    'two\nthree\n',
    '(bytes 4 to 14 of 14)',
  ])
  t.match(
    (await call('read', { operation: 'file_info', path: 'src/a.ts' })).text,
    /^src\/a\.ts: text, 14 bytes, mode 644, changed \d{4}-/,
  )
  t.same((await call('read', { path: 'empty.txt' })).texts, ['(empty.txt is empty)'])

  const parts: string[] = []
  let offset: number | undefined = 0
  while (offset !== undefined) {
    const { texts }: { texts: string[] } = await call('read', { path: 'long.txt', offset, bytes: 10_000 })
    const [text = '', note = ''] = texts
    parts.push(text)
    const next: string | undefined = /go on with offset (\d+)/.exec(note)?.[1]
    offset = next === undefined ? undefined : Number(next)
  }
  t.ok(parts.length > 2)
  t.ok(
    parts.every(part => part.endsWith('\n')),
    'a page ends with a line',
  )
  t.equal(parts.join(''), lines(3_000))
  const [cut, note] = (await call('read', { path: 'umlauts.txt', bytes: 5 })).texts
  t.same([cut, note], ['ää', '(bytes 0 to 4 of 200; go on with offset 4)'], 'no character is cut in two')

  const binary = await call('read', { path: 'picture.png' })
  t.match(binary, {
    failed: true,
    text: /^picture\.png: no text in UTF-8, 5 bytes; give encoding "base64" to read it/,
  })
  t.equal((await call('read', { path: 'picture.png', encoding: 'base64' })).text, 'iVAAAQI=')
  const refused: [input: Record<string, unknown>, told: RegExp][] = [
    [{ path: 'src' }, /src is a directory: list it/],
    [{ path: 'src/b.ts' }, /NOT_FOUND/],
    [{ path: 'src/a.ts', offset: 15 }, /nothing is at byte 15/],
    [{ path: 'src/a.ts', start_line: 9 }, /it has 4 lines, and none is number 9/],
    [{ path: 'src/a.ts', start_line: 1, offset: 1 }, /exclude each other/],
    [{ path: 'src/a.ts', of_set: 1 }, /of_set/],
    [{ path: 'src/a.ts', bytes: 100_000_000 }, /bytes/],
  ]
  for (const [input, told] of refused) t.match(await call('read', input), { failed: true, text: told })
})

t.test(
  'a file of many gigabytes costs no more than what is read of it, and a pipe holds nobody up',
  async t => {
    const { root } = await makeWorkspace(t, {})
    const file = await open(join(root, 'huge'), 'w')
    await file.write('beginning\n')
    await file.truncate(8 * 1024 ** 3)
    await file.close()
    execFileSync('mkfifo', [join(root, 'pipe')])
    const { call } = await startProgram(t, 'workspace-fs', root)
    t.match(await call('read', { path: 'huge', operation: 'file_info' }), {
      failed: false,
      text: /8589934592 bytes/,
    })
    t.match((await call('read', { path: 'huge', encoding: 'base64', bytes: 9 })).texts, ['YmVnaW5uaW5n'])
    t.match(await call('read', { path: 'pipe' }), { failed: true, text: /NOT_A_FILE/ })
    t.match(await call('write', { operation: 'append', path: 'huge', content: 'x' }), {
      failed: true,
      text: /more than 16777216 bytes/,
    })
  },
)

t.test('a list is one path a line, in order, and goes on where it ended', async t => {
  const { root } = await makeWorkspace(t, {
    'b/deep/x': '1',
    'b/a': '12',
    'b.txt': '',
    a: '123',
    '.hidden': '',
    '.git/config': '',
    '.artifacts/store.db': '',
    'config/mcp.local.toml': '',
    'config/mcp.toml': '',
  })
  await symlink('a', join(root, 'link'))
  const { call } = await startProgram(t, 'workspace-fs', root)
  t.equal((await call('list', {})).text, '.hidden\t0\na\t3\nb/\nb.txt\t0\nconfig/\nlink -> a')
  const whole = (await call('list', { depth: 5 })).text
  t.equal(
    whole,
    '.hidden\t0\na\t3\nb/\nb/a\t2\nb/deep/\nb/deep/x\t1\nb.txt\t0\nconfig/\nconfig/mcp.toml\t0\nlink -> a',
  )
  const pages: string[] = []
  let after: string | undefined
  do {
    const [text = '', note = ''] = (
      await call('list', { depth: 5, limit: 2, ...(after === undefined ? {} : { after }) })
    ).texts
    pages.push(text)
    after = /go on with after "(.*)"/.exec(note)?.[1]
  } while (after !== undefined)
  t.equal(pages.join('\n'), whole)
  t.equal((await call('list', { path: 'b' })).text, 'b/a\t2\nb/deep/')
  t.match(await call('list', { path: 'a' }), { failed: true, text: /NOT_A_DIRECTORY/ })
})
