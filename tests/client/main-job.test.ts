import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type ChildOptions, child } from './cli/child.ts'
import { at, cli } from './cli/rig.ts'
import { demoPatch, demoRepository, realServer } from './real-server.ts'

t.setTimeout(240_000)

/** Types command lines into the real program, against a real server with the demo repository in it. */
const desk = async (t: { teardown(ends: () => Promise<void>): void }) => {
  const server = await realServer(t)
  const repository = await demoRepository(server.directory)
  const environment = { ...at(server.url), DEBUG_SERVER_TOKEN: server.token }
  const type = async (args: readonly string[], options: Partial<ChildOptions> = {}) => {
    const { code, stdout, stderr } = await child(args, { environment, directory: repository, ...options })
    return { code, stdout: stdout.toString('utf8'), stderr, bytes: stdout }
  }
  return { type, repository, environment }
}

t.test('the main job, typed by hand', async t => {
  const { type } = await desk(t)

  const added = await type(['repository', 'add', '.', '--name', 'demo'])
  t.equal(added.code, 0)
  t.match(added.stdout, /^name +demo\nstatus +ready\n.*default branch +main\n/s)

  const created = await type([
    ...['session', 'create', '--repository', 'demo', '--commit', 'main', '--patch', demoPatch],
    ...['--command', 'python3 -m unittest -v', '--follow'],
  ])
  t.equal(created.code, 0, 'with the patch its tests pass')
  t.equal(created.stdout, '', 'unittest writes to stderr')
  const [id, ...lines] = created.stderr.split('\n')
  t.match(id, /^ses_[0-9a-z]{12}$/)
  t.match(lines[0], /^test_gives_back_the_last_item_first .*ok$/)
  t.match(created.stderr, /^OK\n$/m)

  const logs = await type(['session', 'logs', '@last'])
  t.equal(logs.code, 0)
  t.equal(`${id}\n${logs.stderr}`, created.stderr, 'the history is what was followed, byte for byte')

  const status = await type(['command', 'run', '@last', '--follow', '--', 'git', 'status', '--short'])
  t.same(status, { ...status, code: 0, stdout: ' M stack.py\n' })
  t.match(status.stderr, /^cmd_[0-9a-z]{12}\n$/)

  t.same(await type(['session', 'delete', '@last']), {
    code: 0,
    stdout: `${id} deleted\n`,
    stderr: '',
    bytes: Buffer.from(`${id} deleted\n`),
  })
  const gone = await type(['session', 'get', id ?? ''])
  t.equal(gone.code, 4)
  t.match(gone.stderr, /debug-server session list/)
})

t.test('a failing test is the exit code, and the rest of its commands is cancelled', async t => {
  const { type } = await desk(t)
  await type(['repository', 'add', '.', '--name', 'demo'])
  const line = ['session', 'create', '--repository', 'demo', '--follow']
  const failed = await type([...line, '--command', 'python3 -m unittest', '--command', 'echo never'])
  t.equal(failed.code, 1)
  t.equal(failed.stdout, '')
  t.match(failed.stderr, /AssertionError: 'first' != 'second'/)
  const list = await type(['command', 'list', '@last'])
  t.match(list.stdout, /1 +cmd_\w+ +failed +1 .*python3 -m unittest\n2 +cmd_\w+ +cancelled +- .*echo never\n/)

  const bytes = await type([
    'command',
    'run',
    '@last',
    '--follow',
    '--shell',
    `printf '\\377\\000\\033[1m'; exit 42`,
  ])
  t.equal(bytes.code, 42)
  t.same(bytes.bytes, Buffer.from([0xff, 0x00, 0x1b, 0x5b, 0x31, 0x6d]), 'bytes that are no text')

  const missing = await type(['command', 'run', '@last', '--follow', '--', 'no-such-program'])
  t.equal(missing.code, 127)
  t.match(missing.stderr, 'no-such-program')

  const late = await type(['command', 'run', '@last', '--follow', '--timeout', '1s', '--', 'sleep', '60'])
  t.equal(late.code, 124)
  t.match(late.stderr, /timed out/)
})

t.test('Ctrl+C leaves the command running; it can be followed on and cancelled as it says', async t => {
  const { type, environment } = await desk(t)
  await type(['repository', 'add', '.', '--name', 'demo'])
  await type(['session', 'create', '--repository', 'demo'])
  const stopped = await type(['command', 'run', '@last', '--follow', '--shell', 'echo begun; sleep 300'], {
    started: process_ => process_.stdout?.once('data', () => process_.kill('SIGINT')),
  })
  t.equal(stopped.code, 130)
  t.equal(stopped.stdout, 'begun\n')
  const [, id = ''] = /"debug-server command cancel (cmd_\w+)"/.exec(stopped.stderr) ?? []
  t.match((await type(['command', 'get', id])).stdout, /status +running/)
  const follow = /"debug-server (session logs [^"]+)"/.exec(stopped.stderr)?.[1]?.split(' ') ?? []
  const followed = type(follow, {
    // Cancelled once the first bytes show that it is being followed.
    started: process_ =>
      process_.stdout?.once('data', () => void cli(['command', 'cancel', id], { environment })),
  })
  t.match(await followed, { code: 0, stdout: 'begun\n' })
  t.match((await type(['command', 'get', id, '--json'])).stdout, '"status": "cancelled"')
})

t.test('what cannot be made is told with its reason, and changes nothing', async t => {
  const { type, repository } = await desk(t)
  await type(['repository', 'add', repository, '--name', 'demo'])
  const create = ['session', 'create', '--repository', 'demo']

  const commit = await type([...create, '--commit', 'no-such-branch'])
  t.equal(commit.code, 1)
  t.match(commit.stderr, /failed: .*no-such-branch/)

  const patch = (await readFile(demoPatch, 'utf8')).replaceAll('pop(0)', 'pop(1)')
  const rejected = await type([...create, '--patch', '-'], { stdin: patch })
  t.equal(rejected.code, 1)
  t.match(rejected.stderr, /stack\.py/)

  const scheme = await type(['repository', 'add', 'file:///etc'])
  t.equal(scheme.code, 2)
  const unknown = await type(['session', 'create', '--repository', 'none'])
  t.equal(unknown.code, 4)
  const broken = await type(['repository', 'add', join(repository, '.git', 'hooks')])
  t.equal(broken.code, 1)
  t.match(broken.stderr, /cannot be fetched/)
})
