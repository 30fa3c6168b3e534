import { execFile } from 'node:child_process'
import { existsSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { UserError } from '../../../../lib/user-error.ts'
import { checkHost, type HostPlace, type HostTask } from '../../../../tasks/engine/tools/check-host.ts'

/** A PATH of scripts, each of which notes that it was run, and a memory that is written and read as JSON. */
function host(t: Tap, scripts: Readonly<Record<string, string>>) {
  const bin = t.testdir()
  const log = join(bin, 'asked.log')
  const write = (name: string, body: string) =>
    writeFileSync(join(bin, name), `#!/bin/sh\necho "\${0##*/} $*" >> '${log}'\n${body}\n`, { mode: 0o755 })
  for (const [name, body] of Object.entries(scripts)) write(name, body)
  const memory = new Map<string, string>()
  const at: HostPlace = {
    environment: { PATH: `${join(bin, 'none')}:${bin}:/usr/bin:/bin` },
    platform: 'linux',
    arch: 'x64',
    remembered: {
      get: key => {
        const text = memory.get(key)
        return text === undefined ? undefined : JSON.parse(text)
      },
      set: (key, value) => memory.set(key, JSON.stringify(value)),
    },
  }
  return {
    bin,
    write,
    memory,
    at,
    check: async (tasks: readonly HostTask[], more: Partial<HostPlace> = {}) =>
      (await checkHost(tasks, { ...at, ...more })).versions,
    unasked: async (tasks: readonly HostTask[]) =>
      Object.fromEntries((await checkHost(tasks, { ...at, asks: false })).unasked),
    asked: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').sort() : []),
  }
}
type Tap = { testdir: typeof t.testdir }

async function textOf(check: Promise<unknown>): Promise<string> {
  const error: unknown = await check.then(
    () => undefined,
    error => error,
  )
  if (!(error instanceof UserError)) throw new Error('no UserError', { cause: error })
  return error.toText()
}

const gnu = {
  git: 'echo git version 2.39.5',
  python3: 'echo Python 3.11.7 >&2',
  go: '[ "$1" = version ] || { echo "flag provided but not defined: -version 1.0" >&2; exit 2; }; echo go version go1.22.1',
}

t.test('versions by task, each program asked once', async t => {
  const { check, asked } = host(t, gnu)
  const versions = await check([
    { name: 'build', tools: { git: '>=2.39', go: { version: '1.22', args: ['version'] } } },
    {
      name: 'test',
      tools: { git: '^2', python3: { version: '>=3.9', fix: 'apt install python3' }, sh: '*' },
    },
    { name: 'lint', platform: ['darwin', 'linux/x64'] },
  ])
  t.same(Object.fromEntries(versions), {
    build: { git: '2.39.5', go: '1.22.1' },
    test: { git: '2.39.5', python3: '3.11.7', sh: '*' },
  })
  t.same(asked(), ['git --version', 'go version', 'python3 --version'])
})

t.test('a second run asks nobody, whatever ranges it knows', async t => {
  const { check, asked, memory } = host(t, gnu)
  const tasks = [{ name: 'a', tools: { git: '>=2.39' } }]
  const first = await check(tasks)
  const before = new Map(memory)
  t.same(await check(tasks), first)
  t.same(memory, before, 'and remembers nothing new')
  await check([{ name: 'b', tools: { git: '2.x' } }])
  t.match(await textOf(check([{ name: 'b', tools: { git: '>=3' } }])), 'too old')
  t.match(await textOf(check([{ name: 'b', tools: { git: '>=3' } }])), 'too old')
  t.same(asked(), ['git --version'])
})

t.test('who is not to be asked is named, and what is remembered counts', async t => {
  const { check, unasked, asked, at } = host(t, gnu)
  const tasks = [
    { name: 'a', tools: { git: '>=2.39', sh: '*', go: { version: '1.22', args: ['version'] } } },
    { name: 'b', tools: { git: '>=3' } },
  ]
  t.same(await unasked(tasks), { a: ['git', 'go'], b: ['git'] })
  t.same(asked(), [], 'nothing was started')
  await check([{ name: 'a', tools: { git: '>=2.39' } }])
  t.match(await textOf(unasked(tasks)), 'git 2.39.5', 'what is known not to fit is told')
  t.same(await unasked(tasks.slice(0, 1)), { a: ['go'] })
  const lost = checkHost([{ name: 'c', tools: { 'no-such-tool': '>=1' } }], { ...at, asks: false })
  t.match(await textOf(lost), 'no-such-tool is not found')
  t.same(asked(), ['git --version'])
})

t.test('a second run loads neither what starts programs nor what compares versions', async t => {
  const { check, bin, memory } = host(t, gnu)
  const tasks = [{ name: 'a', tools: { git: '>=2.39' }, platform: 'linux' }]
  await check(tasks)
  const program = `
    import { checkHost } from ${JSON.stringify(import.meta.resolve('../../../../tasks/engine/tools/check-host.ts'))}
    const memory = new Map(${JSON.stringify([...memory])}.map(([key, text]) => [key, JSON.parse(text)]))
    const at = { environment: { PATH: ${JSON.stringify(bin)} }, platform: 'linux', arch: 'x64', remembered: memory }
    const { versions } = await checkHost(${JSON.stringify(tasks)}, at)
    const loaded = process.moduleLoadList.filter(name => /child_process$|internal.crypto.random/.test(name))
    console.log(JSON.stringify([versions.get('a'), loaded]))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  t.same(JSON.parse(stdout), [{ git: '2.39.5' }, []])
})

t.test('a program that was replaced is asked again', async t => {
  const { check, asked, write, bin } = host(t, { ...gnu, 'git-new': 'echo git version 2.40.1' })
  const tasks = [{ name: 'a', tools: { git: '>=2.39' } }]
  await check(tasks)
  utimesSync(join(bin, 'git-new'), 1_000, 1_000)
  renameSync(join(bin, 'git-new'), join(bin, 'git'))
  t.same((await check(tasks)).get('a'), { git: '2.40.1' })
  write('git', 'echo git version 2.41.22')
  t.same((await check(tasks)).get('a'), { git: '2.41.22' })
  t.equal(asked().length, 3)
})

t.test('two names of one program are two programs', async t => {
  const { check, bin } = host(t, { multi: 'case "$0" in *one) echo 1.0;; *) echo 2.0;; esac' })
  symlinkSync('multi', join(bin, 'one'))
  symlinkSync('multi', join(bin, 'two'))
  const versions = await check([{ name: 'a', tools: { one: '1', two: '2' } }])
  t.same(versions.get('a'), { one: '1.0', two: '2.0' })
})

t.test('an absolute path', async t => {
  const { check, bin } = host(t, gnu)
  const git = join(bin, 'git')
  t.same((await check([{ name: 'a', tools: { [git]: '>=2' } }], { environment: {} })).get('a'), {
    [git]: '2.39.5',
  })
  t.equal(
    await textOf(check([{ name: 'a', tools: { '/none/git': '>=2' } }])),
    '/none/git is not found, needed by a\n  install it',
  )
})

t.test('nothing that only has the name counts', async t => {
  const { check, bin } = host(t, {})
  writeFileSync(join(bin, 'plain'), 'echo 1.0')
  const text = await textOf(check([{ name: 'a', tools: { plain: '*', none: '*' } }]))
  t.match(text, 'plain is not found on PATH, needed by a')
})

const single: readonly [what: string, task: Partial<HostTask>, text: string | RegExp][] = [
  [
    'missing',
    { tools: { none: '>=1' } },
    'none is not found on PATH, needed by a\n  install it, or put it on PATH',
  ],
  [
    'missing, with a fix',
    { tools: { none: { fix: 'apt install none' } } },
    'none is not found on PATH, needed by a\n  apt install none',
  ],
  [
    'too old',
    { tools: { git: { version: '>=2.40', fix: 'apt install git' } } },
    /^git 2\.39\.5 \(\/.*\/git\) is too old: >=2\.40 is needed by a\n {2}apt install git$/,
  ],
  [
    'too new',
    { tools: { git: '<2' } },
    /^git 2\.39\.5 \(.*\) is too new: <2 is needed by a\n {2}install a version that fits <2$/,
  ],
  ['between', { tools: { git: '1 || 3' } }, /^git 2\.39\.5 \(.*\) does not fit: 1 \|\| 3 is needed by a/],
  [
    'a failure is no answer',
    { tools: { go: '>=1' } },
    /^go \(.*\) does not tell its version, for it exited with code 2: flag provided but not defined: -version 1\.0: >=1 is needed by a\n {2}say how it is asked/,
  ],
  [
    'no version in it',
    { tools: { mute: '>=1' } },
    /^mute \(.*\) does not tell its version, for what it prints holds none: >=1 is needed by a/,
  ],
  [
    'cannot be started',
    { tools: { broken: '>=1' } },
    /does not tell its version, for it (cannot be started|exited with)/,
  ],
  ['ended by a signal', { tools: { dying: '>=1' } }, /for it was ended by SIGSEGV/],
  [
    'no range',
    { tools: { git: 'newest' } },
    /^"newest", which a wants of git, is no range of versions\n {2}write it/,
  ],
  ['another system', { platform: 'darwin' }, 'a runs on darwin only, and this is linux/x64'],
  [
    'another processor',
    { platform: ['linux/arm64', 'darwin'], tools: { none: '*' } },
    'a runs on linux/arm64 or darwin only, and this is linux/x64',
  ],
]

t.test('one thing that is wrong', async t => {
  const { check, write, bin } = host(t, { ...gnu, mute: 'echo hello', dying: 'kill -SEGV $$' })
  write('broken', '')
  writeFileSync(join(bin, 'broken'), '#!/none/interpreter\n')
  for (const [what, task, text] of single) {
    const said = await textOf(check([{ name: 'a', ...task }]))
    if (typeof text === 'string') t.equal(said, text, what)
    else t.match(said, text, what)
  }
})

t.test('all that is wrong at once', async t => {
  const { check, bin } = host(t, { ...gnu, mute: '' })
  const text = await textOf(
    check([
      { name: 'build', tools: { git: '>=3', none: { fix: 'brew install none' }, mute: '1' } },
      { name: 'test', tools: { git: '>=3', none: { fix: 'apt install none' }, python3: '3' } },
      { name: 'docs', tools: { git: '>=4' } },
      { name: 'ship', platform: 'darwin', tools: { other: '*' } },
    ]),
  )
  t.equal(
    text.replaceAll(bin, 'BIN'),
    [
      '5 things keep this from running here:',
      '  ship runs on darwin only, and this is linux/x64',
      '  none is not found on PATH, needed by build, test',
      '    brew install none, or apt install none',
      '  git 2.39.5 (BIN/git) is too old: >=3 is needed by build, test',
      '    install a version that fits >=3',
      '  git 2.39.5 (BIN/git) is too old: >=4 is needed by docs',
      '    install a version that fits >=4',
      '  mute (BIN/mute) does not tell its version, for what it prints holds none: 1 is needed by build',
      `    say how it is asked, such as args: ['-V'], or want '*', for which it need not tell`,
    ].join('\n'),
  )
})

t.test('one that hangs is ended with all it started, and keeps no other from answering', async t => {
  const { check } = host(t, { ...gnu, hanging: 'trap "" TERM; (setsid sleep 60 &) ; sleep 60' })
  const within = new ProcessScope()
  const text = await textOf(
    check([{ name: 'a', tools: { hanging: '1', git: '2' } }], { deadlineMs: 300, within }),
  )
  t.match(
    text,
    /^hanging \(.*\) does not tell its version, for it did not answer within 0\.3 s: 1 is needed by a/,
  )
  t.same(await within.survivors(), [])
})

t.test('one that leaves a daemon behind with its streams', async t => {
  const { check } = host(t, { lively: 'setsid sleep 60 & echo lively 1.2' })
  const within = new ProcessScope()
  t.same((await check([{ name: 'a', tools: { lively: '1' } }], { within })).get('a'), { lively: '1.2' })
  t.same(await within.survivors(), [])
})

t.test('one that does not stop talking', async t => {
  const { check } = host(t, { talker: 'echo talker 3.4; head -c 5000000 /dev/zero' })
  t.same((await check([{ name: 'a', tools: { talker: '3' } }])).get('a'), { talker: '3.4' })
})

t.test('a memory of something else is no memory', async t => {
  const { check, memory, asked } = host(t, gnu)
  const tasks = [{ name: 'a', tools: { git: '>=2' } }]
  const strange = [null, 'text', {}, { version: 1, fits: {} }, { version: '1.0', fits: null }]
  for (const value of strange) {
    for (const key of memory.keys()) memory.set(key, JSON.stringify(value))
    t.same((await check(tasks)).get('a'), { git: '2.39.5' })
  }
  t.equal(asked().length, strange.length)
})

t.test('tasks that want nothing', async t => {
  const { check, asked } = host(t, gnu)
  t.equal((await check([])).size, 0)
  t.equal((await check([{ name: 'a', tools: {}, platform: 'linux' }])).size, 0)
  t.same(asked(), [])
})
