import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import type { SessionEnvironment } from '../../../services/contract/environment-resources.ts'
import { environmentId, sessionId } from '../../../services/contract/ids.ts'
import { auditEntry, caller, command, page, repository, session, token, user, worktree } from '../samples.ts'
import { type Handlers, Refusal, standIn } from '../stand-in-server.ts'
import { at, cli, type Options, temporary } from './rig.ts'

const rig = async (t: { teardown(ends: () => Promise<void>): void }, handlers: Handlers) => {
  const server = await standIn(handlers)
  t.teardown(async () => await server[Symbol.asyncDispose]())
  const type = (line: readonly string[], options: Options = {}) =>
    cli(line, { environment: at(server.url), ...options })
  return { server, type }
}

t.test('things are listed in tables, and told whole under --json', async t => {
  const { server, type } = await rig(t, {
    'sessions.list': () => page(session(), session({ status: 'failed', commit: null, patch_sha256: 'ab' })),
    'repositories.list': () => page(),
    'commands.list': () => page(command({ status: 'failed', exit_code: 2, command: ['make', 'a b'] })),
    'tokens.list': () => page(token({ revoked_at: '2026-01-02T03:04:05.678Z', scopes: ['cli', 'mcp'] })),
    'worktrees.list': () =>
      page(worktree(), worktree({ status: 'leased', session: session().id, bytes: null })),
    'worktrees.reclaim': () => [],
    'audit.list': () =>
      page(
        auditEntry(),
        auditEntry({ actor_name: null, actor_token_name: null, session: null, address: null }),
      ),
    'users.list': () =>
      page(user(), user({ name: 'ci', role: 'service', disabled_at: '2026-01-02T03:04:05.678Z' })),
    'users.disable': () => user({ name: 'ci', role: 'service', disabled_at: '2026-01-02T03:04:05.678Z' }),
    'server.whoami': () => caller(),
  })
  t.same(await type(['session', 'list', '--limit', '2']), {
    code: 0,
    stdout: `ID                STATUS   REPOSITORY  REVISION  COMMIT        PATCH  CREATED
ses_0123456789ab  running  demo        main      0123456789ab  -      1m ago
ses_0123456789ab  failed   demo        main      -             yes    1m ago
`,
    stderr: '',
  })
  t.same(await type(['repository', 'list']), { code: 0, stdout: 'no repositories\n', stderr: '' })
  t.same(JSON.parse((await type(['repository', 'list', '--json'])).stdout), { items: [], next: null })
  t.match(
    (await type(['command', 'list', '@last'])).stdout,
    /1 +cmd_0123456789ab +failed +2 +0s +make 'a b'\n/,
  )
  t.match((await type(['token', 'list'])).stdout, /bootstrap +bootstrap +revoked +never +- +cli,mcp\n/)
  const worktrees = (await type(['worktree', 'list'])).stdout
  t.match(worktrees, /wt_0123456789ab +warm +demo +0123456789ab +- +1\.0 MiB +1m ago\n/)
  t.match(worktrees, /wt_0123456789ab +leased +demo +0123456789ab +ses_0123456789ab +- +1m ago\n/)
  t.same(await type(['worktree', 'reclaim', '--older-than', '7d']), {
    code: 0,
    stdout: 'nothing to reclaim\n',
    stderr: '',
  })
  t.same(server.received.at(-1)?.input, { older_than: 604_800 })
  const audit = (await type(['audit'])).stdout
  t.match(audit, /1 +1m ago +alice +laptop +sessions\.delete +ses_0123456789ab +127\.0\.0\.1\n/)
  t.match(audit, /1 +1m ago +usr_0123456789ab +tok_0123456789ab +sessions\.delete +- +-\n/)
  t.match(
    (await type(['user', 'list'])).stdout,
    /bootstrap +admin +1m ago +-\n.* ci +service +1m ago +1m ago\n/,
  )
  t.match(
    (await type(['user', 'disable', 'ci'])).stdout,
    /name +ci\nrole +service\ncreated +.*\ndisabled +1m ago\n/,
  )
  t.same(server.received.at(-1)?.input, { user: 'ci' })
  const whoami = await type(['--json', 'whoami'])
  t.same(JSON.parse(whoami.stdout), caller(), '--json may stand anywhere')
  t.match((await type(['whoami'])).stdout, /^user +bootstrap \(admin\)\ntoken +bootstrap\nscopes +admin\n/)
  t.same(server.received[0]?.input, { limit: 2 })
  t.equal(server.received[0]?.authorization, 'Bearer secret')
})

t.test('a terminal gets colours and its own width', async t => {
  const { type } = await rig(t, { 'sessions.list': () => page(session({ repository: 'r'.repeat(60) })) })
  const { stdout } = await type(['session', 'list'], { terminal: 100 })
  t.match(stdout, '\x1b[32mrunning\x1b[39m')
  t.match(stdout, /r+…/)
  for (const line of stdout.split('\n')) t.ok(stripVTControlCharacters(line).length <= 100)
})

t.test('what a server says cannot pass for what this program says', async t => {
  const { type } = await rig(t, {
    'sessions.get': () =>
      session({
        status: 'failed',
        repository: 'a\x1b[2Jb',
        failure: { reason: 'patch_rejected', message: 'hunk #1\n\x1b]0;title\x07' },
      }),
    'sessions.stop': () => {
      throw new Refusal('session_not_found', 'no \x1b[31msuch\nsession')
    },
  })
  const { stdout } = await type(['session', 'get', '@last'])
  t.match(stdout, 'repository  a\\x1b[2Jb\n')
  t.match(stdout, 'failure     hunk #1\n            \\x1b]0;title\\x07\n')
  const { stderr } = await type(['session', 'stop', '@last'])
  t.notMatch(stderr, '\x1b')
})

t.test('resuming a session waits until it runs, and fails as it does', async t => {
  const { type } = await rig(t, {
    'sessions.resume': () => session({ status: 'starting' }),
    'sessions.get': (_, { index }) =>
      index === 0
        ? session({ status: 'running' })
        : session({
            status: 'failed',
            failure: { reason: 'worktree_lost', message: 'its worktree is gone' },
          }),
  })
  t.match(await type(['session', 'resume', '@last']), {
    code: 0,
    stdout: 'ses_0123456789ab running\n',
    stderr: '',
  })
  t.match(await type(['session', 'resume', '@last']), {
    code: 1,
    stderr: /its worktree is gone.*\n.*create/s,
  })
  t.match(await type(['session', 'resume', '@last', '--no-wait']), {
    code: 0,
    stdout: 'ses_0123456789ab starting\n',
  })
})

t.test('a refusal is a line, a fix and an exit code of its own', async t => {
  const refusals = {
    session_not_found: 4,
    unauthenticated: 3,
    insufficient_scope: 3,
    ambiguous_id: 1,
    store_busy: 1,
    storage_full: 1,
    internal: 1,
    upstream_unavailable: 5,
  } as const
  let code: keyof typeof refusals = 'internal'
  const { type } = await rig(t, {
    'sessions.get': () => {
      throw new Refusal(code, 'what went wrong')
    },
  })
  for (const [name, exitCode] of Object.entries(refusals)) {
    code = name as keyof typeof refusals
    const { code: ended, stdout, stderr } = await type(['session', 'get', '@last'])
    t.equal(ended, exitCode, name)
    t.equal(stdout, '')
    t.match(stderr, /^error: what went wrong\n {2}\S.*\n$/)
  }
  code = 'unauthenticated'
  t.match((await type(['session', 'get', '@last'])).stderr, 'the token of DEBUG_SERVER_TOKEN')
  t.match((await type(['session', 'get', '@last', '--token', 'x'])).stderr, 'the token of --token')
  const json = JSON.parse((await type(['session', 'get', '@last', '--json'])).stderr)
  t.match(json, {
    type: 'urn:debug-server:problem:unauthenticated',
    status: 401,
    code,
    detail: 'what went wrong',
  })
})

t.test('what is typed wrong is refused before anything is asked', async t => {
  const { server, type } = await rig(t, {})
  for (const [line, message] of [
    [['sesion', 'list'], /unknown command 'sesion'\n {2}did you mean session\?/],
    [['session', 'lst'], /unknown command 'lst'\n {2}did you mean list\?/],
    [['session', 'list', '--statsu', 'x'], /unknown option '--statsu'\n {2}did you mean --status\?/],
    [['session', 'get'], /missing required argument 'session'/],
    [['session', 'get', 'a', 'b'], /too many arguments/],
    [['session', 'list', '--limit'], /argument missing/],
    [['command', 'run', '@last', 'git', 'status', '--short'], /put -- before the program/],
    [['command', 'run', '@last'], /missing PROGRAM ARGUMENTS/],
    [
      ['session', 'create', '--repository', 'demo', '--patch', 'none.diff'],
      /--patch none.diff: no such file/,
    ],
    [['session', 'create', '--repository', 'demo', '--patch', '-'], /--patch -: standard input is empty/],
    [['repository', 'add', './not-here'], /no such directory/],
  ] as const) {
    const result = await type(line)
    t.equal(result.code, 2, line.join(' '))
    t.equal(result.stdout, '')
    t.match(result.stderr, message)
    const json = JSON.parse((await type(['--json', ...line])).stderr)
    t.match(json, { code: 'usage', type: 'urn:debug-server:cli:usage' })
  }
  t.same(server.received, [])
})

t.test('a server that cannot be reached', async t => {
  const server = await standIn({})
  await server[Symbol.asyncDispose]()
  const result = await cli(['whoami'], { environment: at(server.url) })
  t.equal(result.code, 5)
  t.match(result.stderr, `error: ${server.url}: nothing listens there (connection refused)\n  check`)
})

t.test('a server with a certificate of its own is trusted when told to', async t => {
  const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/tls', name)
  const [key = '', cert = ''] = await Promise.all(
    ['server-key.pem', 'server-cert.pem'].map(name => readFile(fixture(name), 'utf8')),
  )
  const server = await standIn({ 'server.whoami': () => caller() }, { key, cert })
  t.teardown(() => server[Symbol.asyncDispose]())
  const whoami = async (args: readonly string[], environment: Record<string, string> = {}) =>
    await cli(['whoami', ...args], { environment: { ...at(server.url), ...environment } })
  const ca = fixture('server-cert.pem')
  for (const trusting of [
    whoami(['--ca', ca]),
    whoami(['--insecure']),
    whoami([], { DEBUG_SERVER_CA: ca }),
    whoami([], { DEBUG_SERVER_INSECURE: '1' }),
    whoami(['--ca', ca], { DEBUG_SERVER_INSECURE: '1' }),
  ])
    t.equal((await trusting).code, 0)
  const refused = await whoami([], { DEBUG_SERVER_INSECURE: '0' })
  t.equal(refused.code, 5)
  t.match(refused.stderr, /its certificate is self-signed\n.*--ca FILE.*--insecure/)
  t.match((await whoami(['--ca', fixture('server-key.pem')])).stderr, /no certificate in PEM/)
})

t.test('settings that are missing or cannot be used', async t => {
  const url = 'http://127.0.0.1:1'
  for (const [environment, code, message] of [
    [{}, 3, /no server configured\n.*npx task up.*debug-server configure/],
    [{ DEBUG_SERVER_URL: url }, 3, /no token configured for http:\/\/127\.0\.0\.1:1/],
    [
      { DEBUG_SERVER_URL: 'nonsense', DEBUG_SERVER_TOKEN: 'x' },
      2,
      /DEBUG_SERVER_URL "nonsense": expected an/,
    ],
    [{ DEBUG_SERVER_URL: url, DEBUG_SERVER_TOKEN: 'a b' }, 2, /DEBUG_SERVER_TOKEN: .*without spaces/],
    [{ ...at(url), DEBUG_SERVER_CA: '/none.pem' }, 2, /DEBUG_SERVER_CA \/none\.pem: no such file/],
    [{ ...at(url), DEBUG_SERVER_INSECURE: 'maybe' }, 2, /DEBUG_SERVER_INSECURE is "maybe"/],
  ] as const) {
    const result = await cli(['whoami'], { environment })
    t.equal(result.code, code)
    t.match(result.stderr, message)
  }
})

t.test('a repository is added, by the path of a local directory too', async t => {
  const directory = await temporary(t)
  const { server, type } = await rig(t, {
    'repositories.add': ({ url }) =>
      repository({
        status: url === 'https://x/bad' ? 'failed' : 'pending',
        failure: url === 'https://x/bad' ? { reason: 'unreachable', message: 'no route' } : null,
      }),
    'repositories.get': (_, { index }) => repository({ status: index === 0 ? 'pending' : 'ready' }),
  })
  const added = await type(['repository', 'add', '.', '--name', 'demo'], { directory })
  t.equal(added.code, 0)
  t.match(added.stdout, /name +demo\nstatus +ready\n/)
  t.equal(added.stderr, 'fetching demo\n')
  t.same(server.received[0]?.input, { url: directory, name: 'demo', wait: 0 })
  t.equal(server.received.length, 3, 'it is asked for until it is no longer pending')
  t.ok(Number(server.received[1]?.input.wait) > 0, 'and the server holds the question')

  const failed = await type(['server', 'init', 'https://x/bad'])
  t.equal(failed.code, 1)
  t.match(failed.stderr, /repository demo cannot be fetched: no route\n/)

  const unwaited = await type(['repository', 'add', 'git@example.org:a/b.git', '--no-wait', '--json'])
  t.match(JSON.parse(unwaited.stdout), { status: 'pending' })
  t.equal(unwaited.stderr, '')
})

t.test('a repository is fetched, and what comes of it is waited for', async t => {
  const failed = { status: 'failed', failure: { reason: 'timed_out', message: 'it says nothing' } } as const
  const { server, type } = await rig(t, {
    'repositories.fetch': () => repository({ fetch_requested: true }),
    'repositories.get': (_, { index }) =>
      repository(index === 0 ? { fetch_requested: true } : index === 1 ? {} : failed),
    'repositories.delete': () => ({ id: repository().id, status: 'deleted' }),
  })
  const fetched = await type(['repository', 'fetch', 'demo'])
  t.equal(fetched.code, 0)
  t.match(fetched, { stdout: /status +ready/, stderr: 'fetching demo\n' })
  t.equal(server.received.length, 3)
  const unwaited = await type(['repository', 'fetch', 'demo', '--no-wait', '--json'])
  t.match(JSON.parse(unwaited.stdout), { fetch_requested: true })
  t.match(await type(['repository', 'fetch', 'demo']), { code: 1, stderr: /demo cannot be fetched: it says/ })
  t.match(await type(['repository', 'delete', 'demo']), { code: 0, stdout: /^rep_\w+ deleted\n$/ })
})

t.test('times are told as of the answer, however long it took to come', async t => {
  const { server } = await rig(t, { 'repositories.get': () => repository() })
  const asked = Date.parse(repository().created_at) - 10_000
  const now = () => asked + (server.received.length > 0 ? 13_000 : 0)
  const { stdout } = await cli(['repository', 'get', 'demo'], { environment: at(server.url), now })
  t.match(stdout, /fetched +3s ago/)
})

t.test('a session that waits for what another builds says so once', async t => {
  const builds: SessionEnvironment = {
    ...{ manager: 'uv', key: '0'.repeat(64), status: 'building', bytes: null },
    id: environmentId.schema.parse('env_0123456789ab'),
    session: sessionId.schema.parse('ses_00000000000b'),
    command: command().id,
  }
  const starting = session({ status: 'starting', environment: ['auto'] })
  const { type } = await rig(t, {
    'sessions.create': () => starting,
    'sessions.get': (_, { index }) =>
      index < 3 ? { ...starting, environments: [builds] } : session({ environment: ['auto'] }),
  })
  const { stdout, stderr } = await type([
    'session',
    'create',
    '--repository',
    'demo',
    '--environment',
    'auto',
  ])
  t.equal(stdout, 'ses_0123456789ab\n')
  t.equal(
    stderr,
    'ses_0123456789ab waits for the environment of uv, which ses_00000000000b builds: debug-server session logs ses_00000000000b --command cmd_0123456789ab --follow\n',
  )
})

t.test('a session is opened with a patch, and its failure is told', async t => {
  const directory = await temporary(t)
  await writeFile(join(directory, 'fix.patch'), 'diff --git a/ä b/ä\n')
  await writeFile(join(directory, 'latin1.patch'), Buffer.from('diff \xe4\n', 'latin1'))
  const { server, type } = await rig(t, {
    'sessions.create': () => session({ status: 'pending' }),
    'sessions.get': (_, { index }) =>
      session(
        index < 1
          ? { status: 'running' }
          : {
              status: 'failed',
              failure: { reason: 'patch_rejected', message: 'app.py:\nhunk #2 does not apply' },
            },
      ),
  })
  const create = ['session', 'create', '--repository', 'demo']
  t.same(await type([...create, '--commit', 'main', '--patch', 'fix.patch'], { directory }), {
    code: 0,
    stdout: 'ses_0123456789ab\n',
    stderr: '',
  })
  t.same(server.received[0]?.input, {
    repository: 'demo',
    commit: 'main',
    patch: 'diff --git a/ä b/ä\n',
    commands: [],
    secrets: {},
    artifacts: [],
    offline: false,
    three_way: false,
    wait: 0,
  })
  const failed = await type([...create, '--patch', '-'], { stdin: 'diff\n' })
  t.equal(failed.code, 1)
  t.equal(failed.stdout, 'ses_0123456789ab\n')
  t.match(
    failed.stderr,
    /^error: ses_0123456789ab failed: app.py:\n {2}hunk #2 does not apply\n {2}make the patch/,
  )
  t.same(server.received.at(-2)?.input.patch, 'diff\n')

  const json = await type([...create, '--json'])
  t.equal(json.code, 1)
  t.match(JSON.parse(json.stdout), { status: 'failed' })
  t.match(JSON.parse(json.stderr), { code: 'patch_rejected' })

  const unwaited = await type([...create, '--no-wait', '--json'])
  t.match(JSON.parse(unwaited.stdout), { status: 'pending' })
  t.match((await type([...create, '--patch', 'latin1.patch'], { directory })).stderr, /is not UTF-8/)
})

t.test("a token's secret is shown once, alone on stdout", async t => {
  const { type } = await rig(t, { 'tokens.create': () => ({ ...token(), token: 'dbg_secret' }) })
  const made = await type(['token', 'create', 'ci', '--scopes', 'cli', '--expires-in', '30d'])
  t.equal(made.stdout, 'dbg_secret\n')
  t.match(made.stderr, /only showing/)
})

t.test('a command without --follow prints its id', async t => {
  const { server, type } = await rig(t, {
    'commands.run': () => command({ status: 'queued', exit_code: null }),
  })
  t.same(await type(['command', 'run', '@last', '--', 'ls', '--json', '-h']), {
    code: 0,
    stdout: 'cmd_0123456789ab\n',
    stderr: '',
  })
  t.same(server.received[0]?.input.command, ['ls', '--json', '-h'], 'what follows -- is the program’s own')
})
