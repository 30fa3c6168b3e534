import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { cli, temporary } from '../../rig.ts'

t.setTimeout(60_000)

const secret = 'dbg_secret-token-of-the-user'
const environment = { DEBUG_SERVER_URL: 'https://debug.example.org/api', DEBUG_SERVER_TOKEN: secret }
type Test = Parameters<typeof temporary>[0]

const rig = async (t: Test) => {
  const directory = await temporary(t)
  const install = (...args: string[]) => cli(['agent', 'install', directory, ...args], { environment })
  const read = (name: string) => readFile(join(directory, name), 'utf8')
  return { directory, install, read, at: (name: string) => join(directory, name) }
}

t.test('an empty repository gets everything once, and never a token', async t => {
  const { directory, install, read } = await rig(t)
  const first = await install('--section-heading', 'Our server')
  t.match(first, { code: 0, stderr: '' })
  t.equal(
    first.stdout,
    'created AGENTS.md\ncreated .codex/spec.md\ncreated .codex/tasks/TEMPLATE.md\ncreated .codex/done/.gitkeep\n',
  )
  const agents = await read('AGENTS.md')
  t.match(agents, /^<!-- debug-server:agent-install start [0-9a-f]{16} -->\n## Our server\n/)
  t.match(agents, /args = \["mcp", "--base-url", "https:\/\/debug\.example\.org\/api"\]/)
  for (const name of ['AGENTS.md', '.codex/spec.md', '.codex/tasks/TEMPLATE.md'])
    t.notMatch(await read(name), secret, name)
  t.notOk((await readdir(directory)).includes('CLAUDE.md'))
  const { mode } = await stat(join(directory, '.codex'))
  t.equal(mode & 0o777, 0o777 & ~process.umask(), 'for others of the repository as well')
  t.match(await install('--section-heading', 'Our server'), { code: 0, stdout: 'nothing to change\n' })
  t.equal(await read('AGENTS.md'), agents)
  await writeFile(join(directory, '.codex/spec.md'), 'mine')
  t.equal((await install('--section-heading', 'Another')).stdout, 'updated AGENTS.md\n')
  t.equal(await read('.codex/spec.md'), 'mine')
  t.match(await read('AGENTS.md'), /## Another\n/)
})

t.test('what is there keeps its bytes, its mode and its links', async t => {
  const { install, at } = await rig(t)
  const mine = Buffer.concat([Buffer.from('\ufeff# Rules\r\nno tabs'), Buffer.from([0xff, 0xfe])])
  await writeFile(at('AGENTS.md'), mine)
  await chmod(at('AGENTS.md'), 0o664)
  await symlink('AGENTS.md', at('CLAUDE.md'))
  await mkdir(at('.codex/done'), { recursive: true })
  const { stdout } = await install()
  t.equal(stdout, 'updated AGENTS.md\ncreated .codex/spec.md\ncreated .codex/tasks/TEMPLATE.md\n')
  const after = await readFile(at('AGENTS.md'))
  t.same(after.subarray(0, mine.length), mine)
  t.notMatch(after.toString('latin1').slice(mine.length), /[^\r]\n/, 'its line ends')
  t.equal((await stat(at('AGENTS.md'))).mode & 0o777, 0o664)
  t.equal((await stat(at('CLAUDE.md'))).ino, (await stat(at('AGENTS.md'))).ino)
})

t.test(
  'an edited block is refused unless it is forced, a dry run prints a diff that git applies',
  async t => {
    const { directory, install, at, read } = await rig(t)
    await writeFile(at('CLAUDE.md'), 'Be brief.\n')
    const dry = await install('--dry-run')
    t.equal(dry.code, 0)
    t.same(await readdir(directory), ['CLAUDE.md'], 'nothing was written')
    await install()
    const whole = await read('CLAUDE.md')
    await writeFile(at('CLAUDE.md'), 'Be brief.\n')
    await writeFile(at('AGENTS.md'), '')
    const [, patch = ''] = /(--- a\/CLAUDE\.md[\s\S]*?)(?:--- |$)/.exec(dry.stdout) ?? []
    const git = spawnSync('git', ['apply', '-'], { cwd: directory, input: patch })
    t.equal(git.status, 0, String(git.stderr))
    t.equal(await read('CLAUDE.md'), whole)
    await writeFile(at('CLAUDE.md'), whole.replace('Run and debug', 'Do not debug'))
    await writeFile(at('AGENTS.md'), 'nothing of ours\n')
    for (const more of [[], ['--dry-run'], ['--json']])
      t.match(await install(...more), {
        code: 1,
        stdout: '',
        stderr: /CLAUDE\.md: its block was edited[\s\S]*--force/,
      })
    t.match(await read('CLAUDE.md'), /Do not debug/)
    t.equal(await read('AGENTS.md'), 'nothing of ours\n', 'nothing else is written either')
    await writeFile(at('AGENTS.md'), whole.replace('Be brief.\n\n', ''))
    t.match(JSON.parse((await install('--force', '--json')).stdout), {
      files: [
        { name: 'AGENTS.md', change: 'unchanged' },
        { name: 'CLAUDE.md', change: 'updated' },
      ],
    })
    t.equal(await read('CLAUDE.md'), whole)
  },
)

t.test('what cannot be judged is refused, and nothing is written', async t => {
  const elsewhere = await temporary(t)
  await writeFile(join(elsewhere, 'AGENTS.md'), 'theirs')
  for (const [prepare, message] of [
    [
      (at: (name: string) => string) => symlink(join(elsewhere, 'AGENTS.md'), at('AGENTS.md')),
      /AGENTS\.md leads out of the directory/,
    ],
    [
      (at: (name: string) => string) => symlink(join(elsewhere, 'none'), at('AGENTS.md')),
      /AGENTS\.md is a symbolic link to nothing/,
    ],
    [
      (at: (name: string) => string) => symlink(elsewhere, at('.codex')),
      /spec\.md leads out of the directory/,
    ],
    [(at: (name: string) => string) => mkdir(at('AGENTS.md')), /AGENTS\.md: it is no file/],
    [
      (at: (name: string) => string) => writeFile(at('CLAUDE.md'), '<!-- debug-server:agent-install end -->'),
      /CLAUDE\.md: of the block .* the mark of its start is missing/,
    ],
    [
      (at: (name: string) => string) => writeFile(at('AGENTS.md'), 'mine', { mode: 0o444 }),
      /AGENTS\.md: it is read-only/,
    ],
    [
      (at: (name: string) => string) => writeFile(at('CLAUDE.md'), Buffer.from('\ufeffhi', 'utf16le')),
      /CLAUDE\.md: it is no text in UTF-8/,
    ],
  ] as const) {
    const { directory, install, at } = await rig(t)
    await prepare(at)
    const before = await readdir(directory)
    const { code, stderr } = await install()
    t.equal(code, 1)
    t.match(stderr, message)
    t.same(await readdir(directory), before)
  }
  t.equal(await readFile(join(elsewhere, 'AGENTS.md'), 'utf8'), 'theirs')
  t.same(await readdir(elsewhere), ['AGENTS.md'])
})

t.test('settings that cannot be told are refused', async t => {
  const { directory, install } = await rig(t)
  for (const heading of [' ', 'a\nb', '<!-- x', 'x'.repeat(121)])
    t.match(await install('--section-heading', heading), { code: 2, stderr: /--section-heading/ })
  const withToken = await cli(['agent', 'install', directory], {
    environment: { DEBUG_SERVER_URL: `https://user:${secret}@debug.example.org` },
  })
  t.match(withToken, { code: 2, stderr: /must not contain a user name or password/ })
  t.notMatch(withToken.stderr, secret)
  t.match(await cli(['agent', 'install', directory]), { code: 3, stderr: /no server configured/ })
  t.match(await cli(['agent', 'install', join(directory, 'none')], { environment }), {
    code: 1,
    stderr: /none: no such file/,
  })
  t.same(await readdir(directory), [])
})
