import t, { type Test } from 'tap'
import { contract, type OperationName, operationNames } from '../../../services/contract/contract.ts'
import type { DebugSessionId } from '../../../services/contract/ids.ts'
import type { Operation } from '../../../services/contract/operation.ts'
import { grants, scopes } from '../../../services/contract/scopes.ts'
import { type DebugSessionJoined, getDebugSession } from '../../../services/store/debug-sessions.ts'
import { toDebugSession } from '../../../services/store/rows.ts'
import { heldToDocument } from './held-to-document.ts'
import { keepArtifact } from './keep-artifact.ts'
import { keepEnvironment } from './keep-environment.ts'
import { liveDebugger } from './live-debugger.ts'
import { putCodexbar } from './put-codexbar.ts'
import { problemOf, type Rig, requestFor, startRig } from './rig.ts'

t.setTimeout(260_000)

/** Every operation, with each token it may meet and with every field of it spoilt. */

type Things = {
  session: string
  command: string
  token: string
  signIn: string
  debug: string
  artifact: string
  environment: string
  invite: string
  code: string
  refresh: string
  runner: string
}

const password = 'correct-horse-7-battery'

function goOn({ session, debug }: Things) {
  return { session, debug, thread: 1, single_thread: false, wait: 0 }
}

const memoryOf = ({ session, debug }: Pick<Things, 'session' | 'debug'>) => ({
  ...{ session, debug, thread: 1, frame: 0, address: '0x1', offset: 0 },
})
const step = (things: Things) => ({ ...goOn(things), granularity: 'line' })

/** The fields of a page of a list that is ordered by such a key. */
const paged = (key: unknown) => ({ cursor: Buffer.from(JSON.stringify(key)).toString('base64url'), limit: 5 })

/** Fields that stand in for another, and are not given with it. */
const alternatives: Partial<Record<OperationName, Record<string, string>>> = {
  'debug.launch': {
    module: 'python',
    binary: 'python',
    core: 'engine',
    node: 'python',
    go: 'python',
    pid: 'python',
    command: 'python',
  },
  'debug.share': { name: 'user' },
  'debug.run_to_failure': {
    debug: 'python',
    module: 'python',
    binary: 'python',
    core: 'engine',
    node: 'python',
    go: 'python',
  },
  'commands.input': { base64: 'text' },
}

/** Every field of it. */
const newSession = {
  repository: 'demo',
  commit: 'main',
  label: 'walk',
  patch: 'x',
  three_way: true,
  commands: ['ls', ['ls']],
  secrets: { TOKEN: 'hunter2-hunter2' },
  artifacts: ['*.xml'],
  ttl: 60,
  idle_timeout: 0,
  submodules: 'none',
  offline: false,
  environment: ['none'],
  wait: 0,
}

/** Something valid to ask, so that only what a test spoils is wrong. */
const valid: Record<OperationName, (things: Things) => Record<string, unknown>> = {
  'server.health': () => ({}),
  'server.readiness': () => ({}),
  'server.whoami': () => ({}),
  'repositories.add': () => ({
    url: 'https://example.org/new.git',
    name: 'new',
    default_branch: 'main',
    wait: 0,
  }),
  'repositories.list': () => paged('a'),
  'repositories.get': () => ({ repository: 'demo', wait: 0 }),
  'repositories.fetch': () => ({ repository: 'demo', wait: 0 }),
  'repositories.delete': () => ({ repository: 'spare', wait: 0 }),
  'sessions.create': () => newSession,
  'sessions.get_or_create': () => newSession,
  'sessions.list': () => ({
    status: 'running',
    repository: 'demo',
    label: 'walk',
    owner: 'alice',
    since: '2026-01-01T00:00:00.000Z',
    ...paged(1_000),
  }),
  'sessions.get': ({ session }) => ({ session, wait: 0 }),
  'sessions.logs': ({ session, command }) => ({
    session,
    command,
    stream: 'stdout',
    offset: 0,
    follow: false,
  }),
  'sessions.stop': ({ session }) => ({ session, wait: 0 }),
  'sessions.resume': ({ session }) => ({ session, wait: 0 }),
  'sessions.activity': ({ session }) => ({ session }),
  'sessions.update': ({ session }) => ({ session, label: 'walk', ttl: 60, idle_timeout: 0 }),
  'sessions.delete': ({ session }) => ({ session, wait: 0 }),
  'commands.run': ({ session, command }) => ({
    session,
    command: 'ls',
    directory: '.',
    environment: {},
    timeout: 1,
    after: [command],
    memory_limit: 1,
    process_limit: 1,
    file_size_limit: 1,
    output_limit: 1,
    stdin: 'in',
    tty: false,
    columns: 100,
    rows: 30,
    merge: true,
    idempotent: true,
    artifacts: ['*.xml'],
    wait: 0,
  }),
  'commands.list': ({ session }) => ({ session, ...paged(0) }),
  'commands.get': ({ command }) => ({ command, wait: 0 }),
  'commands.cancel': ({ command }) => ({ command, wait: 0 }),
  'commands.rerun': ({ command }) => ({ command, wait: 0 }),
  'commands.input': ({ command }) => ({ command, text: 'x\r' }),
  'commands.resize': ({ command }) => ({ command, columns: 100, rows: 30 }),
  'artifacts.list': ({ session, command }) => ({ session, command, kind: 'file', ...paged([0, '']) }),
  'artifacts.get': ({ artifact }) => ({ artifact }),
  'artifacts.download': ({ artifact }) => ({ artifact }),
  'apps.list': ({ session }) => ({ session }),
  'apps.get': ({ session }) => ({ session, app: 'files' }),
  'apps.start': ({ session }) => ({ session, app: 'files', wait: 0 }),
  'apps.stop': ({ session }) => ({ session, app: 'files', wait: 0 }),
  'apps.open': ({ session }) => ({ session, app: 'files' }),
  'environments.list': () => ({ manager: 'npm', ...paged(['', '']) }),
  'environments.delete': ({ environment }) => ({ environment }),
  'debug.launch': ({ session }) => ({
    session,
    python: 'app.py',
    engine: 'debugpy',
    stdin: 'in',
    tty: false,
    columns: 80,
    rows: 24,
    arguments: ['-v'],
    interpreter: 'python3',
    directory: '.',
    environment: {},
    timeout: 1,
    breakpoints: ['app.py:1'],
    stop_on_entry: true,
    exceptions: 'never',
    trace: ['app.py:main'],
    children: 'ignore',
    wait: 0,
  }),
  'debug.trace': ({ session, debug }) => ({ session, debug, functions: ['app.py:main'], remove: [1] }),
  'debug.watch': ({ session, debug }) => ({
    ...{ session, debug, at: 'app.py:1', expression: 'x', changes: true, remove: [1] },
  }),
  'debug.recorded': ({ session, debug }) => ({ session, debug, from: 0, limit: 5, wait: 0 }),
  'debug.diff': ({ session, debug }) => ({ session, debug, from: 1, to: 2 }),
  'debug.run_to_failure': ({ session }) => ({
    session,
    python: 'app.py',
    engine: 'debugpy',
    stdin: 'in',
    tty: false,
    columns: 80,
    rows: 24,
    arguments: ['-v'],
    interpreter: 'python3',
    directory: '.',
    environment: {},
    timeout: 1,
    wait: 1,
    keep: true,
  }),
  'debug.processes': ({ session }) => ({ session }),
  'debug.list': ({ session }) => ({ session, ...paged(1_000) }),
  'debug.status': ({ session, debug }) => ({ session, debug, wait: 0 }),
  'debug.break': ({ session, debug }) => ({
    session,
    debug,
    breakpoints: ['app.py:1'],
    ids: [],
    remove: false,
    clear: false,
  }),
  'debug.continue': goOn,
  'debug.next': step,
  'debug.step_in': step,
  'debug.step_out': step,
  'debug.step_back': step,
  'debug.until': things => ({ ...goOn(things), at: 'app.py:1' }),
  'debug.pause': ({ session, debug }) => ({ session, debug, wait: 0 }),
  'debug.threads': ({ session, debug }) => ({ session, debug, start: 0, limit: 5 }),
  'debug.stack': ({ session, debug }) => ({ session, debug, thread: 1, start: 0, limit: 5 }),
  'debug.scopes': ({ session, debug }) => ({ session, debug, thread: 1, frame: 0 }),
  'debug.variables': ({ session, debug }) => ({
    ...{ session, debug, thread: 1, frame: 0, scope: 'Locals', reference: 1 },
    ...{ filter: 'named', start: 0, limit: 5 },
  }),
  'debug.evaluate': ({ session, debug }) => ({
    ...{ session, debug, expression: '1', shell: false, thread: 1, frame: 0 },
    ...{ context: 'watch', timeout: 1 },
  }),
  'debug.set': ({ session, debug }) => ({
    ...{ session, debug, name: 'x', value: '1', thread: 1, frame: 0, reference: 1 },
  }),
  'debug.source': ({ session, debug }) => ({
    ...{ session, debug, thread: 1, frame: 0, file: 'app.py', reference: 1, line: 1, around: 1 },
    function: 'add',
  }),
  'debug.sources': ({ session, debug }) => ({ session, debug, start: 0, limit: 5 }),
  'debug.modules': ({ session, debug }) => ({ session, debug, start: 0, limit: 5 }),
  'debug.exception': ({ session, debug }) => ({ session, debug, thread: 1 }),
  'debug.disassemble': ({ session, debug }) => ({ ...memoryOf({ session, debug }), count: 1 }),
  'debug.memory': ({ session, debug }) => ({ ...memoryOf({ session, debug }), count: 1 }),
  'debug.write_memory': ({ session, debug }) => ({ ...memoryOf({ session, debug }), hex: '00' }),
  'debug.output': ({ session, debug }) => ({
    ...{ session, debug, stdout: 0, stderr: 0, messages: 0, limit: 5, wait: 0 },
  }),
  'debug.restart': ({ session, debug }) => ({ session, debug, wait: 0 }),
  'debug.rerun': ({ session, debug }) => ({ session, debug, patch: 'x', wait: 0 }),
  'debug.terminate': ({ session, debug }) => ({ session, debug, wait: 0 }),
  'debug.control': ({ session, debug }) => ({
    ...{ session, debug, action: 'pass', to: 'alice', idle: 60, wait: 0 },
  }),
  'debug.viewers': ({ session, debug }) => ({ session, debug }),
  'debug.share': ({ session }) => ({ session, role: 'watch', user: 'bob', expires_in: 60 }),
  'debug.shares': ({ session }) => ({ session }),
  'debug.unshare': ({ session }) => ({ session, share: 'viewing' }),
  'debug.transcript': ({ session, debug }) => ({ session, debug, start: 0, limit: 5, wait: 0 }),
  'debug.replay': ({ session, debug }) => ({
    ...{ session, debug, at: 1, thread: 1, frame: 0, scope: 'Locals', reference: 1, start: 0, limit: 5 },
  }),
  'events.follow': ({ session }) => ({ session, after: '0', once: true }),
  'worktrees.list': () => ({ status: 'warm', ...paged(['', '']) }),
  'worktrees.reclaim': () => ({ older_than: 60, repository: 'demo' }),
  'tickets.create': ({ session, command }) => ({ stream: 'logs', session, command }),
  'auth.register': ({ code }) => ({
    ...{ invite: code, name: 'fresh', password, display_name: 'Fresh', cookie: false },
  }),
  'auth.login': () => ({ name: 'alice', password, device: 'unknown', cookie: false }),
  'auth.refresh': ({ refresh }) => ({ refresh_token: refresh }),
  'auth.logout': ({ refresh }) => ({ refresh_token: refresh }),
  'me.get': () => ({}),
  'me.update': () => ({ display_name: 'Alice A.' }),
  'me.password': () => ({ old_password: password, password }),
  'tokens.create': () => ({
    name: 'fresh',
    user: 'alice',
    scopes: ['mcp'],
    mcp_servers: ['files'],
    expires_in: 60,
  }),
  'tokens.list': () => paged(['', '']),
  'tokens.revoke': ({ token }) => ({ token }),
  'sign_ins.list': () => paged(['~', '']),
  'sign_ins.end': ({ signIn }) => ({ sign_in: signIn }),
  'users.create': () => ({ name: 'fresh', role: 'user', password }),
  'users.list': () => paged(''),
  'users.get': () => ({ user: 'alice' }),
  'users.update': () => ({ user: 'alice', role: 'user', display_name: '' }),
  'users.password': () => ({ user: 'alice', password }),
  'users.disable': () => ({ user: 'alice' }),
  'users.enable': () => ({ user: 'alice' }),
  'invites.create': () => ({ count: 2, uses: 2, expires_in: 60, prefix: 'team', note: 'a course' }),
  'invites.list': () => ({ status: 'valid', ...paged(['', '']) }),
  'invites.revoke': ({ invite }) => ({ invite }),
  'server.features': () => ({}),
  'debug.engines': () => ({}),
  'runners.list': () => paged(0),
  'runners.get': ({ runner }) => ({ runner }),
  'admin.stats': () => ({}),
  'codexbar.usage': () => ({}),
  'audit.list': ({ session, token }) => ({
    session,
    actor: 'alice',
    actor_token: token,
    ...paged(1_000),
  }),
}

/** What no field of this name takes. */
const spoilt: Record<string, unknown[]> = {
  url: ['', 7, null, 'http://x/y', 'x'.repeat(2000)],
  name: ['', '-x', 'a/b', '../x', 'x'.repeat(101), 7, null],
  default_branch: ['', '-x', 'a..b', 'a b', '@{-1}', 7],
  repository: ['-x', 'a b', '.x', 'x'.repeat(101)],
  commit: ['', '-x', '--upload-pack=id', 'a..b', 'HEAD~1', 'x:y', 'a\nb', 'x'.repeat(251), 7, ['main']],
  patch: ['', 7, ['x']],
  commands: ['ls', [''], [[]], [['']], [7], [['ls', 7]], [{}], Array(101).fill('ls'), ['a\u0000b']],
  wait: ['soon', -1, 61],
  secrets: [
    ...['A=long-enough', ['A'], null, { '1': 'long-enough' }, { 'A B': 'long-enough' }, { A: 7 }],
    ...[{ A: 'abc' }, { A: '    ' }, { A: 'long\u0000enough' }, { A: 'x'.repeat(16_385) }],
    Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`A${n}`, 'long-enough'])),
    Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`A${n}`, 'x'.repeat(16_000)])),
  ],
  ttl: [-1, 1.5, 'x', null, 1e10],
  idle_timeout: [-1, 1.5, 'x', null, 1e10],
  offline: ['x', 1, null],
  three_way: ['x', 1, null],
  submodules: ['', 'all', true, ['top'], null],
  older_than: [-1, 1.5, 'x', null, 1e10],
  status: ['nope', ''],
  limit: [0, 1001, 1.5, 'many', -1],
  cursor: ['', 'x y', 'bm8', 'W10', 7],
  label: ['', '-x', 'a/b', 'x'.repeat(101)],
  owner: ['-x', 'a b', '.x', 'x'.repeat(101)],
  since: ['', 'yesterday', '2026-01-01', 7],

  session: ['x y', '@first', 'cmd_0', '.x', 'ses_ILOU', `ses_${'0'.repeat(13)}`],
  command: ['', 7, null, [], [''], ['ls', null], {}, 'a\u0000b', ['a\u0000b']],
  stream: ['stdin', ''],
  offset: [-1, 1.5, 'x'],
  follow: ['maybe', ''],
  artifacts: [
    'a',
    [''],
    ['/etc/passwd'],
    ['../x'],
    ['*.{a,b}'],
    ['[a'],
    [7],
    ['a\u0000b'],
    Array(101).fill('a'),
  ],
  artifact: ['x y', 'ses_0', 'art_ILOU', '@last'],
  kind: ['log', ''],
  manager: ['make', ''],
  directory: ['/etc', '..', 'a/../..', 'a\u0000b', 7],
  environment: ['A=1', { '1': 'x' }, { 'A B': 'x' }, { A: 7 }, { A: 'a\u0000b' }, ['A']],
  timeout: [0, -1, 'long', 1e9],
  after: ['cmd_0', ['ses_0'], [''], [7], Array(101).fill('cmd_0'), null],
  memory_limit: [0, -1, 1.5, 'x', null, 2 ** 60],
  process_limit: [0, -1, 1.5, 'x', null, 1_000_001],
  file_size_limit: [0, -1, 1.5, 'x', null],
  output_limit: [0, -1, 1.5, 'x', null, 10_737_418_241],
  stdin: [7, null, '\ud800', 'x'.repeat(1_048_577), 'é'.repeat(600_000)],
  merge: ['maybe', 7, null],
  tty: ['maybe', 7, null],
  columns: [0, -1, 1.5, 'x', 1_001, null],
  rows: [0, -1, 1.5, 'x', 1_001, null],
  text: [7, null, '\ud800', 'x'.repeat(65_537), 'é'.repeat(40_000)],
  base64: [7, null, 'x', 'A'.repeat(90_000)],
  idempotent: ['maybe', 7, null],
  share: ['', 'x'.repeat(101)],
  at: [0, -1, 1.5, 'x'],
  action: ['grab', '', 7],
  to: ['', 7, 'x'.repeat(201)],
  pid: [0, -1, 1.5, 4_194_305, 'x'],
  idle: [4, 3_601, 1.5, 'long'],
  scopes: ['admin', ['root'], [7], null, Array(21).fill('mcp')],
  expires_in: [0, -1, 1.5, 'x', 1e15],
  mcp_servers: [['Files'], ['a b'], [1], 'files'],
  token: ['x y', 'ses_0', 'tok_ILOU'],
  sign_in: ['x y', 'ses_0', 'sgn_ILOU', '@last'],
  runner: ['x y', 'ses_0', 'ins_ILOU', '@last'],
  user: ['-x', 'a b', '.x', 'x'.repeat(101)],
  actor: ['-x', 'a b', '.x', 'x'.repeat(101)],
  actor_token: ['x y', 'ses_0', 'tok_ILOU'],
  role: ['', 'root', 7, null],
  display_name: ['a\u0000b', 'a\nb', '\u202eevil', 'x'.repeat(101), 7, null],
  password: [
    ...['', 7, null, 'shorter', 'aaaaaaaaaaaaaaaa', 'Password-12345!', '1234567890123', 'x'.repeat(5_000)],
    `${'\ud800'}-with-half-a-pair`,
  ],
  old_password: ['', 7, null, 'x'.repeat(5_000)],
  device: ['', 7, null, 'x'.repeat(1_001)],
  refresh_token: ['', 7, null, 'x'.repeat(201)],
  cookie: ['maybe', 7, null],
  count: [0, 101, 1.5, 'x', null],
  uses: [0, 1_001, 1.5, 'x', null],
  prefix: ['', 'a b', 'x'.repeat(17), 7, null],
  note: ['a\nb', 'x'.repeat(201), 7, null],
  invite: ['x y', 'ses_0', 'inv_ILOU', '@last'],
  python: ['', 7, null, 'a\u0000b', 'x'.repeat(1001)],
  module: ['', 7, null, 'a b', 'a..b', '-m', '.a'],
  binary: ['', 7, null, 'a\u0000b', 'x'.repeat(1001)],
  core: ['', 7, null, 'core'],
  node: ['', 7, null, 'a\u0000b', 'x'.repeat(1001)],
  go: ['', 7, null, 'a\u0000b', 'x'.repeat(1001)],
  engine: ['', 7, null, 'windbg', 'node'],
  arguments: ['x', [7], ['a\u0000b'], null, Array(1001).fill('x')],
  interpreter: ['', 7, null, 'a\u0000b'],
  breakpoints: [
    'app.py:1',
    ['app.py'],
    ['app.py:0'],
    ['/etc/passwd:1'],
    ['../x:1'],
    [7],
    Array(1001).fill('a:1'),
  ],
  ids: [7, ['x'], [1.5], null, Array(1001).fill(1)],
  clear: ['maybe', 7, null],
  from: [-1, 1.5, 'x'],
  keep: ['maybe', 7, null],
  shell: ['yes', 1],
  changes: ['maybe', 7, null],
  trace: ['app.py:f', ['app.py'], [7], Array(51).fill('a.py:f'), null],
  functions: ['app.py:f', ['app.py'], ['app.py:1'], ['../app.py:f'], [7], Array(51).fill('a.py:f'), null],
  stop_on_entry: ['maybe', 7, null],
  exceptions: ['all', 7, null],
  children: ['yes', 7, null],
  debug: ['x y', 'ses_0', 'dbg_ILOU', '@last'],
  remove: ['maybe', 7, null],
  single_thread: ['maybe', 7, null],
  granularity: ['', 'word', 7, null],
  filter: ['', 'both'],
  context: ['', 'shell', 7, null],
  value: ['', 7, null, 'a\u0000b'],
  file: ['', 'a\u0000b', 'x'.repeat(1_001)],
  line: [0, -1, 'x', 1.5],
  around: [-1, 'x', 501, 1.5],
  messages: [-1, 1.5, 'x'],
  hex: ['', '0', 'zz', '0x00', 7, null],
  once: ['maybe', ''],
  thread: ['x', 1.5],
  frame: [-1, 'x', 10_001, 1.5],
  scope: ['x'.repeat(201)],
  reference: [0, -1, 'x'],
  start: [-1, 'x', 1.5],
  expression: ['', 7, null, 'a\u0000b'],
  stdout: [-1, 1.5, 'x'],
  stderr: [-1, 1.5, 'x'],
  app: ['', 'Files', 'a--b', '-a', '0', '99999', 'a'.repeat(31), 'a/b'],
}
/** Where a field of this name takes other values than elsewhere. */
const spoiltIn: Partial<Record<OperationName, Record<string, unknown[]>>> = {
  'sessions.update': { label: ['-x', 'a/b', 'x'.repeat(101), 7, null] },
  'tickets.create': { stream: ['', 'stdout', 7, null, ['logs']] },
  'events.follow': { after: ['', '-1', '1.5', 'x', '01', '9'.repeat(16)] },
  'debug.diff': { from: [0, 1.5, 'many', -1], to: [0, 1.5, 'many', -1] },
  'debug.output': { limit: [0, 1_000_001, 1.5, 'many', -1] },
  'sessions.create': {
    environment: ['npm', [], ['make'], ['auto', 'npm'], ['none', 'npm'], ['npm', 'npm'], [7], null],
  },
  'sessions.get_or_create': {
    environment: ['npm', [], ['make'], ['auto', 'npm'], ['none', 'npm'], ['npm', 'npm'], [7], null],
  },
  'debug.until': { at: ['', 'app.py', 'app.py:0', '../x:1', 'app.py:""', 7, null] },
  'debug.set': { name: ['', 7, null, 'a\u0000b', 'x'.repeat(10_001)] },
  'debug.source': { function: ['', 'a\u0000b', 'x'.repeat(1_001)] },
  'debug.disassemble': { address: ['', 'x'.repeat(201)], offset: ['x', 1_001], count: [0, 1_001, 1.5, 'x'] },
  'debug.memory': { address: ['', 'x'.repeat(201)], offset: ['x', 1.5], count: [0, 65_537, 1.5, 'x'] },
  'debug.write_memory': { address: ['', 7, null, 'x'.repeat(201)], offset: [1.5, 'x', null] },
  'debug.rerun': { patch: ['', 7, null, 'x'.repeat(1_048_577)] },
  'auth.register': { invite: ['', 7, null, 'x'.repeat(101)] },
  'auth.login': { password: ['', 7, null, 'x'.repeat(5_000)] },
  'environments.delete': { environment: ['x y', 'ses_0', 'env_ILOU', '@last'] },
}
/** A command in a path or query is an id, in a body a command line. */
const spoiltId = ['x y', 'ses_0', 'cmd_ILOU', '@last']

async function startWalk(t: Test) {
  const rig = await startRig(t)
  await putCodexbar(rig.directory, `echo '{"accounts":[]}'`)
  await rig.repository()
  // No sessions are opened on these.
  for (const unused of ['spare', 'another']) await rig.repository(unused)
  const { id: session, commands } = await rig.session(['ls'])
  const artifact = await keepArtifact(rig, session)
  const environment = await keepEnvironment(rig)
  await rig.runner.register()
  const ownToken = { name: 'spare', user: 'alice', scopes: ['mcp'] }
  const { id: token } = await rig.call('tokens.create', ownToken, rig.admin)
  const { id: debug, command } = await rig.call('debug.launch', { session, python: 'app.py' })
  for (const name of ['viewing', 'pairing']) await rig.call('debug.share', { session, role: 'watch', name })
  await rig.runner.start(session, command)
  const answers = liveDebugger(toDebugSession(await rowOf(rig, debug)))
  rig.runner.debugger = ask => {
    if (ask.operation === 'debug.terminate') void rig.runner.end(session, command, 'cancelled', null)
    return answers(ask)
  }
  void playPatches(rig)
  await rig.call('users.password', { user: 'alice', password }, rig.admin)
  const [made] = await rig.call('invites.create', { uses: 2 }, rig.admin)
  const signedIn = await rig.call('auth.login', { name: 'alice', password }, null)
  const things: Things = {
    session,
    command: `${commands[0]}`,
    token,
    debug,
    artifact,
    environment,
    invite: `${made?.id}`,
    code: `${made?.code}`,
    refresh: `${signedIn.refresh_token}`,
    signIn: signedIn.sign_in.id,
    runner: rig.runner.instance,
  }
  return { ...rig, rig, things }
}

/** Applies the patches that come with a rerun. */
async function playPatches({ runner, store }: Rig): Promise<void> {
  for (;;) {
    await runner.nextWake()
    const queued = await store.read(database =>
      database
        .selectFrom('commands')
        .select('id')
        .where('command_json', 'like', '%"apply"%')
        .where('status', '=', 'queued')
        .execute(),
    )
    for (const { id } of queued) await runner.play(id)
  }
}

/** From the usual one to each: bare, under `/api`, and what else it is called. */
function addressesOf(name: OperationName): ((usual: string) => string)[] {
  const { alsoAt }: Operation = contract[name]
  const others = alsoAt === undefined ? [] : [() => alsoAt, () => `/api${alsoAt}`]
  return [usual => usual, usual => `/api${usual}`, ...others]
}

async function rowOf({ store }: Rig, id: DebugSessionId): Promise<DebugSessionJoined> {
  const row = await getDebugSession(store, id)
  if (row === undefined) throw new Error(`no ${id}`)
  return row
}

/** All fields are spoilt on one server, for what is refused changes nothing; and all who may not are sent to another. */
const untouched = await startWalk(t)
const closed = await startWalk(t)

for (const name of operationNames) {
  const { access } = contract[name]

  t.test(`${name}: answers as declared at each of its addresses, bare and under /api`, async t => {
    const { rig, things } = await startWalk(t)
    for (const [nth, path] of addressesOf(name).entries()) {
      const input = { ...valid[name](things) }
      if (nth > 0 && ['auth.register', 'tokens.create', 'users.create'].includes(name)) input.name = 'another'
      if (nth > 0 && name === 'debug.unshare') input.share = 'pairing'
      if (nth > 0 && name === 'repositories.delete') input.repository = 'another'
      const [usual, sent] = requestFor(name, input, access === 'admin' ? rig.admin : rig.alice)
      const answer = await rig.send(path(usual), sent)
      heldToDocument(t, name, answer)
      t.ok(
        answer.status === contract[name].status || answer.status === 200,
        `${answer.status} ${answer.text}`,
      )
      t.match(answer.headers['x-request-id'], /^[0-9a-f]{16}$/)
      if (contract[name].answer === 'bytes') t.equal(answer.text, 'kept')
      else if (contract[name].answer === 'json') contract[name].output.parse(JSON.parse(answer.text))
      else for (const line of answer.text.trim().split('\n')) contract[name].output.parse(JSON.parse(line))
    }
  })

  if (access !== 'public')
    t.test(`${name}: is closed to who may not`, async t => {
      const { rig, things } = closed
      const input = valid[name](things)
      const revoked = await rig.person(`${name}-revoked`, 'admin')
      await rig.call('tokens.revoke', { token: revoked.id }, rig.admin)
      for (const token of [null, 'dst_unknown', revoked]) {
        const [path, sent] = requestFor(name, input, token)
        const answer = await rig.send(path, sent)
        heldToDocument(t, name, answer)
        t.match(problemOf(t, answer), { status: 401, code: 'unauthenticated' })
        t.match(
          answer.headers['www-authenticate'],
          token === null ? /^Bearer realm="[^"]*"$/ : /error="invalid_token"/,
        )
      }
      if (access === 'token' || access === 'any_token') return
      const others = scopes.filter(scope => scope !== 'cli' && !grants([scope], access))
      const lacking = await rig.person(
        `${name}-lacking`,
        ...others,
        ...(access === 'admin' ? ['cli' as const] : []),
      )
      const [path, sent] = requestFor(name, input, lacking)
      const answer = await rig.send(path, sent)
      heldToDocument(t, name, answer)
      t.match(problemOf(t, answer), { code: 'insufficient_scope', detail: new RegExp(access) })
      t.match(answer.headers['www-authenticate'], `scope="${access}"`)
      if (access === 'admin') return
      const exact = await rig.person(`${name}-exact`, access)
      const [, own] = requestFor(name, input, exact)
      const opened = await rig.send(path, own)
      heldToDocument(t, name, opened)
      t.not(opened.status, 401)
      t.not(opened.status, 403, `${access} opens it`)
    })

  if (/\{(?:session|command|artifact|environment|token|sign_in)\}/.test(contract[name].path))
    t.test(`${name}: another owner's is not there, an administrator's view has it`, async t => {
      const { rig, things } = await startWalk(t)
      const input = valid[name](things)
      const [, thing] =
        /\{(session|command|artifact|environment|token|sign_in)\}/.exec(contract[name].path) ?? []
      const code = `${thing}_not_found`
      t.match(await rig.refused(name, input, rig.bob), { code })
      const [path, sent] = requestFor(name, input, rig.admin)
      t.ok((await rig.send(path, sent)).status < 300)
    })

  t.test(`${name}: every field of it is held to its form`, async t => {
    const { rig, things } = untouched
    const input = valid[name](things)
    const person = access === 'admin' ? rig.admin : rig.alice
    const refused = async (given: Record<string, unknown>) => {
      const answer = await rig.send(...requestFor(name, given, person))
      heldToDocument(t, name, answer)
      return problemOf(t, answer)
    }
    const fields = Object.keys(contract[name].input.shape)
    const instead: Readonly<Record<string, string>> = alternatives[name] ?? {}
    t.strictSame(
      fields.filter(field => !(field in input) && !(field in instead)),
      [],
      'all of them are tried',
    )
    for (const field of fields) {
      const { [instead[field] ?? '']: _, ...others } = input
      const isId = field === 'command' && contract[name].path !== '/sessions/{session}/commands'
      const values = isId ? spoiltId : (spoiltIn[name]?.[field] ?? spoilt[field] ?? [])
      t.ok(values.length > 0, `${field}: something is known that it does not take`)
      for (const value of values) {
        const problem = await refused({ ...others, [field]: value })
        t.equal(
          problem.code,
          'invalid_input',
          `${field}: ${JSON.stringify(value)?.slice(0, 60)} ${problem.detail}`,
        )
        t.ok(
          problem.errors?.some(({ path }) => path === field || path.startsWith(`${field}.`)),
          'it is named',
        )
        t.equal(
          new Set(problem.errors?.map(({ path }) => path.split('.', 1)[0])).size,
          1,
          'and nothing else is',
        )
      }
    }
    t.match(await refused({ ...input, nonsense: '1' }), {
      code: 'invalid_input',
      errors: [{ path: 'nonsense', message: 'unknown field' }],
    })
    await changesNothing(t, rig, things)
  })
}

t.test('all bad fields are named at once, with a guess at what was meant', async t => {
  const rig = await startRig(t)
  const problem = await rig.refused('sessions.create', {
    repo: 'x',
    commit: '-x',
    commands: [7],
    repositori: 'x',
  })
  t.same(problem.errors?.map(({ path }) => path).sort(), [
    'commands.0',
    'commit',
    'repo',
    'repositori',
    'repository',
  ])
  t.same(
    problem.errors?.find(({ path }) => path === 'repositori')?.message,
    'unknown field; did you mean "repository"?',
  )
  t.same(problem.errors?.find(({ path }) => path === 'repository')?.message, 'is required')
  t.same(problem.errors?.find(({ path }) => path === 'commands.0')?.message, 'expected string or array')
})

/** After all that was refused, what was there is there and nothing else. */
async function changesNothing(t: Test, rig: Rig, { session }: Things): Promise<void> {
  t.same(
    (await rig.call('sessions.list')).items.map(({ id, status }) => ({ id, status })),
    [{ id: session, status: 'running' }],
  )
  const { items: commands } = await rig.call('commands.list', { session })
  t.same(
    commands.map(({ status }) => status),
    ['queued', 'succeeded', 'running'],
  )
  t.equal((await rig.call('debug.list', { session })).items.length, 1)
  t.equal((await rig.call('repositories.list')).items.length, 3)
  t.equal((await rig.call('tokens.list', {}, rig.admin)).items.length, 6)
  const { items: users } = await rig.call('users.list', {}, rig.admin)
  t.same(
    users.map(({ name, disabled_at }) => [name, disabled_at]),
    ['alice', 'bob', 'root'].map(name => [name, null]),
  )
}
