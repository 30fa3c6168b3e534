import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { request } from 'undici'
import { z } from 'zod'
import { fieldsOf } from '../../client/cli/fields.ts'
import { layoutOf } from '../../client/cli/flags.ts'
import type { CliName } from '../../client/cli/words/words.ts'
import { words } from '../../client/cli/words.ts'
import type { McpName } from '../../client/mcp/words/words.ts'
import { words as toolWords } from '../../client/mcp/words.ts'
import { createClient } from '../../client/sdk/client.ts'
import type { Download } from '../../client/sdk/download.ts'
import type { Input } from '../../client/sdk/operation-types.ts'
import { contract, type OperationName, operationNames } from '../../services/contract/contract.ts'
import { eventMessageSchema } from '../../services/contract/event-message.ts'
import { logMessageSchema } from '../../services/contract/log-message.ts'
import { bytes, hasBody, type Operation, pathParameters } from '../../services/contract/operation.ts'
import { putCodexbar } from '../services/api/put-codexbar.ts'
import { until } from '../services/api/until.ts'
import { at, cli as commandLine } from './cli/rig.ts'
import { git } from './git.ts'
import { startMcp } from './mcp/rig.ts'
import { demoPatch, demoRepository, realServer } from './real-server.ts'

/**
 * Walks the contract table: every operation, with every field of its input given, through each surface that it
 * declares, against a running API and runner. An operation, a field or a surface that is not exercised fails.
 */

/** Fields that the CLI decides itself: it waits, or `--no-wait`. */
const notTyped: Readonly<Record<string, readonly string[]>> = {
  'repositories.add': ['wait'],
  'repositories.fetch': ['wait'],
  'sessions.create': ['wait'],
  'sessions.get_or_create': ['wait'],
  'sessions.resume': ['wait'],
}

t.setTimeout(280_000)

const server = await realServer(t)
await putCodexbar(server.directory, `echo '{"accounts":[]}'`)
const repository = await demoRepository(server.directory)
const patch = await readFile(demoPatch, 'utf8')
const client = createClient({ baseUrl: server.url, token: server.token })
t.teardown(() => client[Symbol.asyncDispose]())
const agent = await startMcp({
  environment: { ...at(server.url), DEBUG_SERVER_TOKEN: server.token },
  directory: server.directory,
})
t.teardown(async () => await agent[Symbol.asyncDispose]())
await client.repositories.add({ url: repository, name: 'demo', wait: 60 })

/** What all operations may share, made when the first of them needs it. */
const shared = <T>(make: () => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

const aSession = async () => (await client.sessions.create({ repository: 'demo', wait: 60 })).id
const theSession = shared(aSession)
const aCommand = async (command: string[], wait: number) =>
  await client.commands.run({ session: await theSession(), command, wait })

const anEarlierCommand = async () => {
  const { session, id } = await aCommand(['true'], 0)
  return { session, after: [id] }
}

const theArtifact = shared(async () => {
  const session = await theSession()
  const command = ['sh', '-c', 'printf kept > kept.txt']
  await client.commands.run({ session, command, artifacts: ['kept.txt'], wait: 60 })
  const {
    items: [artifact],
  } = await client.artifacts.list({ session })
  if (artifact === undefined) throw new Error('nothing was kept')
  return artifact
})

/** One that was built for a session which is gone. */
const anUnusedEnvironment = async () => {
  const name = aName()
  const directory = await demoRepository(server.directory, name)
  const lock = { name, lockfileVersion: 3, packages: { '': { name } } }
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name }))
  await writeFile(join(directory, 'package-lock.json'), JSON.stringify(lock))
  git(directory, 'add', '--all')
  git(directory, 'commit', '--quiet', '--message', 'Say what it needs')
  await client.repositories.add({ url: directory, name, wait: 60 })
  const { id, environments, failure } = await client.sessions.create({
    repository: name,
    environment: ['npm'],
    wait: 60,
  })
  const [environment] = environments
  if (environment === undefined) throw new Error(`no environment: ${failure?.message}`)
  await client.sessions.delete({ session: id, wait: 60 })
  return environment.id
}

/** A program that goes on for as long as it is let, and stops in each of its rounds. */
const loop = `def add(total, step):
    return total + step

total = 0
while True:
    total = add(total, 1)
`
const theProgram = shared(
  async () =>
    (
      await aCommand(
        ['sh', '-c', `printf '%s' "${loop}" > loop.py; echo 'raise ValueError(1)' > raises.py`],
        20,
      )
    ).session,
)
const aDebuggee = async () => {
  const session = await theProgram()
  const input = { session, python: 'loop.py', breakpoints: ['loop.py:6'], wait: 60 }
  const { id, stop, end } = await client.debug.launch(input)
  if (stop === null) throw new Error(`no stop: ${end?.message}`)
  return { session, debug: id, thread: stop.thread }
}
/** The one that is asked and stepped through; it stands still between two operations. */
const theDebuggee = shared(aDebuggee)
/** Each surface is a viewer of its own, and acts on it in its turn. */
const freely = async <T extends { session: string; debug: string }>(debuggee: T): Promise<T> => {
  const { session, debug } = debuggee
  await client.debug.control({ session, debug, action: 'release' })
  return debuggee
}
const aMove = async () => ({ ...(await freely(await theDebuggee())), single_thread: false, wait: 60 })
/** One that an earlier operation has left at a stop, or else a new one. */
const another = async () => {
  const { session, debug } = await theDebuggee()
  const { items } = await client.debug.list({ session, limit: 100 })
  const left = items.find(({ id, end, stop }) => end === null && stop?.reason !== 'exception' && id !== debug)
  if (left === undefined) return await freely(await aDebuggee())
  await client.debug.control({ session, debug: left.id, action: 'take' })
  return await freely({ session, debug: left.id })
}
/** One that stands where it has failed. */
const theFailed = shared(async () => {
  const session = await theProgram()
  const { id, stop } = await client.debug.launch({ session, python: 'raises.py', wait: 60 })
  return { session, debug: id, thread: stop?.thread ?? 0 }
})
const aStep = async () => ({ ...(await aMove()), granularity: 'statement' as const })
const aDebugSession = async () => {
  const { session, debug } = await theDebuggee()
  return { session, debug }
}
const aLaunch = async () => ({
  session: await theProgram(),
  arguments: ['--fast', 'a b'],
  interpreter: '/usr/bin/python3',
  directory: '.',
  environment: { A: 'b' },
  timeout: 60,
  breakpoints: ['loop.py:6'],
  stop_on_entry: true,
  exceptions: 'never' as const,
  wait: 60,
})
/** A command that reads what is typed into its terminal. */
const theTerminal = shared(async () => {
  const { id } = await client.commands.run({ session: await theSession(), command: ['cat'], tty: true })
  await until(async () => (await client.commands.get({ command: id })).status === 'running', 'it runs')
  return id
})
let count = 0
const aName = () => `name-${++count}`
const password = 'correct-horse-7-battery'
const anInvite = async () => {
  const [invite] = await client.invites.create({})
  if (invite === undefined) throw new Error('no invite was made')
  return invite
}
const aRefreshToken = async () => {
  const name = aName()
  await client.users.create({ name, password })
  return (await client.auth.login({ name, password })).refresh_token ?? ''
}
const aUser = async () => (await client.users.create({ name: aName() })).name

/** Fields that stand in for another, which are walked by themselves. */
const alternatives = {
  'debug.launch': ['module', 'binary', 'core', 'node', 'go', 'pid', 'command'],
  'debug.run_to_failure': ['debug', 'module', 'binary', 'core', 'node', 'go'],
  'debug.source': ['reference', 'function'],
  'debug.share': ['name'],
  'commands.input': ['base64'],
} as const
type Alternative<Name> = Name extends keyof typeof alternatives ? (typeof alternatives)[Name][number] : never
const alternativesOf = (name: OperationName): readonly string[] =>
  name === 'debug.launch' ||
  name === 'debug.run_to_failure' ||
  name === 'debug.source' ||
  name === 'debug.share' ||
  name === 'commands.input'
    ? alternatives[name]
    : []

type Whole<Name extends OperationName> = Omit<Required<Input<Name>>, Alternative<Name>>

/** Every field of it. */
const newSession: Whole<'sessions.create'> = {
  repository: 'demo',
  commit: 'main',
  label: 'walk',
  patch,
  three_way: true,
  commands: ['true'],
  secrets: { TOKEN: 'hunter2-hunter2' },
  artifacts: ['*.xml'],
  ttl: 3_600,
  idle_timeout: 600,
  submodules: 'recursive',
  offline: false,
  environment: ['auto'],
  wait: 60,
}

/** For each operation an input that gives every field, made anew for each surface; a missing one does not compile. */
/** What a program reads. */
const reads = { stdin: 'given\n', tty: false, columns: 80, rows: 24 }

const inputs: { readonly [Name in OperationName]: () => Promise<Whole<Name>> } = {
  'server.health': async () => ({}),
  'server.readiness': async () => ({}),
  'server.whoami': async () => ({}),
  'repositories.add': async () => ({ url: repository, name: aName(), default_branch: 'main', wait: 60 }),
  'repositories.list': async () => ({ cursor: cursorAt('a'), limit: 5 }),
  'repositories.get': async () => ({ repository: 'demo', wait: 1 }),
  'repositories.fetch': async () => ({ repository: 'demo', wait: 60 }),
  'repositories.delete': async () => {
    const { name } = await client.repositories.add({ url: repository, name: aName(), wait: 60 })
    return { repository: name, wait: 60 }
  },
  'sessions.create': async () => newSession,
  'sessions.get_or_create': async () => ({ ...newSession, label: 'wanted' }),
  'sessions.list': async () => ({
    status: 'running',
    repository: 'demo',
    label: 'walk',
    owner: (await client.server.whoami()).user.name,
    since: '2026-01-01T00:00:00.000Z',
    cursor: cursorAt(1_000_000),
    limit: 5,
  }),
  'sessions.get': async () => ({ session: await theSession(), wait: 1 }),
  'sessions.logs': async () => {
    const { session, id } = await aCommand(['echo', 'written'], 20)
    return { session, command: id, stream: 'stdout', offset: 2, follow: true }
  },
  'sessions.stop': async () => ({ session: await aSession(), wait: 60 }),
  'sessions.resume': async () => {
    const session = await aSession()
    await client.sessions.stop({ session, wait: 60 })
    return { session, wait: 60 }
  },
  'sessions.activity': async () => ({ session: await theSession() }),
  'sessions.update': async () => ({
    session: await aSession(),
    label: 'walked',
    ttl: 3_600,
    idle_timeout: 0,
  }),
  'sessions.delete': async () => ({ session: await aSession(), wait: 60 }),
  'commands.run': async () => ({
    ...(await anEarlierCommand()),
    command: ['sh', '-c', 'test "$A" = b && test "$(cat)" = given'],
    directory: '.',
    environment: { A: 'b' },
    timeout: 30,
    memory_limit: 2 ** 30,
    process_limit: 50,
    file_size_limit: 2 ** 20,
    output_limit: 2 ** 20,
    stdin: 'given\n',
    tty: false,
    columns: 100,
    rows: 30,
    merge: true,
    idempotent: true,
    artifacts: ['README.md', 'reports/**'],
    wait: 60,
  }),
  'commands.list': async () => ({
    session: (await aCommand(['true'], 0)).session,
    cursor: cursorAt(0),
    limit: 5,
  }),
  'commands.get': async () => ({ command: (await aCommand(['true'], 0)).id, wait: 60 }),
  'commands.rerun': async () => ({ command: (await aCommand(['true'], 20)).id, wait: 60 }),
  'commands.cancel': async () => ({ command: (await aCommand(['sleep', '300'], 0)).id, wait: 60 }),
  'commands.input': async () => ({ command: await theTerminal(), text: 'x\r' }),
  'commands.resize': async () => ({ command: await theTerminal(), columns: 100, rows: 30 }),
  'artifacts.list': async () => {
    const { session, command } = await theArtifact()
    return { session, command, kind: 'file', cursor: cursorAt([0, '']), limit: 5 }
  },
  'artifacts.get': async () => ({ artifact: (await theArtifact()).id }),
  'artifacts.download': async () => ({ artifact: (await theArtifact()).id }),
  'apps.list': async () => ({ session: await aSession() }),
  'apps.get': async () => ({ session: await aSession(), app: 'site' }),
  'apps.start': async () => ({ session: await aSession(), app: 'site', wait: 60 }),
  'apps.stop': async () => ({ session: await aSession(), app: 'site', wait: 60 }),
  'apps.open': async () => ({ session: await aSession(), app: 'site' }),
  'environments.list': async () => ({ manager: 'pip', cursor: cursorAt(['z', '']), limit: 5 }),
  'environments.delete': async () => ({ environment: await anUnusedEnvironment() }),
  'debug.launch': async () => ({
    ...(await aLaunch()),
    python: 'loop.py',
    engine: 'debugpy',
    children: 'ignore',
    trace: ['loop.py:add'],
    ...reads,
  }),
  'debug.trace': async () => ({
    ...(await freely(await aDebugSession())),
    functions: ['loop.py:add'],
    remove: [99],
  }),
  'debug.watch': async () => ({
    ...(await freely(await aDebugSession())),
    ...{ at: 'loop.py:1', expression: '1', changes: true, remove: [99] },
  }),
  'debug.recorded': async () => ({ ...(await aDebugSession()), from: 0, limit: 5, wait: 1 }),
  'debug.diff': async () => {
    const debuggee = await aDebugSession()
    const { kept } = await client.debug.diff(debuggee)
    return { ...debuggee, from: kept[0], to: kept.at(-1) }
  },
  'debug.run_to_failure': async () => {
    const { breakpoints: _, stop_on_entry: __, exceptions: ___, ...program } = await aLaunch()
    return { ...program, python: 'loop.py', engine: 'debugpy', ...reads, wait: 5, keep: false }
  },
  'debug.processes': async () => ({ session: await aSession() }),
  'debug.list': async () => ({
    ...{ session: (await theDebuggee()).session, cursor: cursorAt(1_000_000), limit: 5 },
  }),
  'debug.status': async () => ({ ...(await aDebugSession()), wait: 1 }),
  'debug.break': async () => ({
    ...(await freely(await aDebugSession())),
    breakpoints: ['loop.py:1'],
    ids: [99],
    remove: true,
    clear: false,
  }),
  'debug.continue': aMove,
  'debug.next': aStep,
  'debug.step_in': aStep,
  'debug.step_out': aStep,
  'debug.step_back': aStep,
  'debug.until': async () => ({ ...(await aMove()), at: 'loop.py:2' }),
  'debug.pause': async () => ({ ...(await freely(await aDebugSession())), wait: 60 }),
  'debug.threads': async () => ({ ...(await aDebugSession()), start: 0, limit: 5 }),
  'debug.stack': async () => ({ ...(await theDebuggee()), start: 0, limit: 5 }),
  'debug.scopes': async () => ({ ...(await theDebuggee()), frame: 0 }),
  'debug.variables': async () => {
    const debuggee = await theDebuggee()
    const [scope] = await client.debug.scopes(debuggee)
    if (scope === undefined) throw new Error('it has no scope')
    return {
      ...debuggee,
      frame: 0,
      scope: scope.name,
      reference: scope.reference,
      filter: 'named',
      start: 0,
      limit: 5,
    }
  },
  'debug.evaluate': async () => ({
    ...(await freely(await theDebuggee())),
    expression: 'total + 1',
    shell: false,
    frame: 0,
    context: 'watch',
    timeout: 5,
  }),
  'debug.set': async () => {
    const debuggee = await freely(await theDebuggee())
    const [scope] = await client.debug.scopes(debuggee)
    if (scope === undefined) throw new Error('it has no scope')
    return { ...debuggee, name: 'total', value: '5', frame: 0, reference: scope.reference }
  },
  'debug.source': async () => ({
    ...{ ...(await theDebuggee()), frame: 0, file: 'loop.py', line: 2, around: 1 },
  }),
  'debug.sources': async () => ({ ...(await aDebugSession()), start: 0, limit: 5 }),
  'debug.modules': async () => ({ ...(await aDebugSession()), start: 0, limit: 5 }),
  'debug.exception': theFailed,
  'debug.disassemble': async () => ({
    ...(await theDebuggee()),
    frame: 0,
    address: '0x1',
    offset: 0,
    count: 1,
  }),
  'debug.memory': async () => ({ ...(await theDebuggee()), frame: 0, address: '0x1', offset: 0, count: 1 }),
  'debug.write_memory': async () => ({
    ...{ ...(await freely(await theDebuggee())), frame: 0, address: '0x1', offset: 0, hex: '00' },
  }),
  'debug.output': async () => ({
    ...(await aDebugSession()),
    stdout: 0,
    stderr: 0,
    messages: 0,
    limit: 100,
    wait: 0,
  }),
  'debug.restart': async () => {
    const { session, debug } = await another()
    return { session, debug, wait: 60 }
  },
  'debug.rerun': async () => {
    const { session, debug } = await another()
    const lines = loop.split('\n').slice(1, 6)
    const hunk = lines.map(line => (line === 'total = 0' ? `-${line}\n+${line}` : ` ${line}`)).join('\n')
    const patch = `--- a/loop.py\n+++ b/loop.py\n@@ -2,5 +2,5 @@\n${hunk}\n`
    return { session, debug, patch, wait: 60 }
  },
  'debug.terminate': async () => {
    const { session, debug } = await another()
    return { session, debug, wait: 60 }
  },
  'debug.control': async () => {
    const of = await aDebugSession()
    const { you } = await client.debug.control({ ...of, action: 'take' })
    return { ...of, action: 'pass', to: you.id, idle: 60, wait: 1 }
  },
  'debug.viewers': aDebugSession,
  'debug.share': async () => ({
    session: await aSession(),
    role: 'watch',
    user: await aUser(),
    expires_in: 60,
  }),
  'debug.shares': async () => ({ session: await aSession() }),
  'debug.unshare': async () => {
    const session = await aSession()
    return { session, share: (await client.debug.share({ session, role: 'watch', name: aName() })).id }
  },
  'debug.transcript': async () => ({ ...(await aDebugSession()), start: 0, limit: 5, wait: 1 }),
  'debug.replay': async () => {
    const { stops } = await client.debug.replay(await aDebugSession())
    const { thread, ...of } = await theDebuggee()
    return { ...of, at: stops.last, thread, frame: 0, scope: 'Locals', start: 0, limit: 5, reference: 1 }
  },
  'events.follow': async () => {
    const session = await aSession()
    await client.commands.run({ session, command: ['true'], wait: 60 })
    return { session, after: '0', once: true }
  },
  'worktrees.list': async () => ({ status: 'leased', cursor: cursorAt(['z', '']), limit: 5 }),
  'worktrees.reclaim': async () => ({ older_than: 0, repository: 'demo' }),
  'tickets.create': async () => {
    const { session, id } = await aCommand(['true'], 0)
    return { stream: 'logs', session, command: id }
  },
  'auth.register': async () => ({
    ...{ invite: (await anInvite()).code, name: aName(), password, display_name: 'A name', cookie: false },
  }),
  'auth.login': async () => ({
    ...{ name: (await client.users.create({ name: aName(), password })).name, password, device: 'unknown' },
    cookie: false,
  }),
  'auth.refresh': async () => ({ refresh_token: await aRefreshToken() }),
  'auth.logout': async () => ({ refresh_token: await aRefreshToken() }),
  'me.get': async () => ({}),
  'me.update': async () => ({ display_name: 'The first' }),
  'me.password': async () => {
    await client.users.password({ user: 'bootstrap', password })
    return { old_password: password, password: `${password}-2` }
  },
  'tokens.create': async () => ({
    name: aName(),
    user: await aUser(),
    scopes: ['cli', 'mcp'],
    mcp_servers: ['files'],
    expires_in: 3_600,
  }),
  'tokens.list': async () => ({ cursor: cursorAt(['2026-01-01T00:00:00.000Z', '']), limit: 5 }),
  'tokens.revoke': async () => ({ token: (await client.tokens.create({ name: aName(), scopes: [] })).id }),
  'sign_ins.list': async () => ({ cursor: cursorAt(['2100-01-01T00:00:00.000Z', '']), limit: 5 }),
  'sign_ins.end': async () => {
    const { name } = await client.users.create({ name: aName(), password })
    return { sign_in: (await client.auth.login({ name, password })).sign_in.id }
  },
  'users.create': async () => ({ name: aName(), role: 'user', password }),
  'users.list': async () => ({ cursor: cursorAt('a'), limit: 5 }),
  'users.get': async () => ({ user: await aUser() }),
  'users.update': async () => ({ user: await aUser(), role: 'service', display_name: 'A program' }),
  'users.password': async () => ({ user: await aUser(), password }),
  'users.disable': async () => ({ user: await aUser() }),
  'users.enable': async () => ({ user: await aUser() }),
  'invites.create': async () => ({ count: 2, uses: 2, expires_in: 60, prefix: 'team', note: 'a course' }),
  'invites.list': async () => ({ status: 'valid', cursor: cursorAt(['z', '']), limit: 5 }),
  'invites.revoke': async () => ({ invite: (await anInvite()).id }),
  'server.features': async () => ({}),
  'debug.engines': async () => ({}),
  'runners.list': async () => ({ cursor: cursorAt(0), limit: 5 }),
  'runners.get': async () => ({ runner: (await client.runners.list()).items[0]?.id ?? '' }),
  'admin.stats': async () => ({}),
  'codexbar.usage': async () => ({}),
  'audit.list': async () => ({
    session: (await aCommand(['true'], 20)).session,
    actor: (await client.server.whoami()).user.name,
    actor_token: (await client.server.whoami()).token?.id ?? '',
    cursor: cursorAt(1_000_000),
    limit: 5,
  }),
}

/** A cursor of a list that is ordered by such a key. */
const cursorAt = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/** What came through a surface: a value of the contract, or the messages of a stream. Each is held to the schema. */
type Surface = (name: OperationName, input: Record<string, unknown>) => Promise<unknown>

const http: Surface = async (name, input) => {
  const operation: Operation = contract[name]
  const { statusCode, bytes: sent, text } = await send(name, input)
  t.equal(statusCode, operation.status, `${name}: ${text}`)
  return operation.answer === 'bytes' ? sent : parsed(operation, text)
}

async function send(name: OperationName, input: Record<string, unknown>) {
  const operation: Operation = contract[name]
  const inPath = pathParameters(operation.path)
  const path = inPath.reduce(
    (text, parameter) => text.replace(`{${parameter}}`, encodeURIComponent(String(input[parameter]))),
    String(operation.path),
  )
  const rest = Object.entries(input).filter(([field]) => !inPath.includes(field))
  const query = new URLSearchParams(Object.fromEntries(rest.map(([field, value]) => [field, String(value)])))
  const { statusCode, body } = await request(`${server.url}${path}${hasBody(operation) ? '' : `?${query}`}`, {
    method: operation.method,
    headers: {
      ...(operation.access === 'public' ? {} : { authorization: `Bearer ${server.token}` }),
      ...(hasBody(operation) ? { 'content-type': 'application/json' } : {}),
      ...(operation.answer !== 'json' ? { accept: 'application/x-ndjson' } : {}),
    },
    body: hasBody(operation) ? JSON.stringify(Object.fromEntries(rest)) : null,
  })
  const bytes = await body.bytes()
  return { statusCode, bytes, text: Buffer.from(bytes).toString() }
}

const sdk: Surface = async (name, input) => {
  const [group = '', verb = ''] = name.split('.')
  const method: unknown = Reflect.get(Reflect.get(client, group), verb)
  if (typeof method !== 'function') throw new Error(`the client has no method ${name}`)
  const answer: unknown = method(input)
  switch (contract[name].answer) {
    case 'stream':
    case 'events':
      return await Array.fromAsync(answer as AsyncIterable<unknown>)
    case 'bytes':
      return Buffer.concat(await Array.fromAsync(((await answer) as Download).body))
    case 'json':
      return await answer
  }
}

async function typedLine(name: OperationName, input: Record<string, unknown>) {
  const args = await wordsFor(name as CliName, input)
  const ended = await commandLine(args, {
    environment: { ...at(server.url), DEBUG_SERVER_TOKEN: server.token },
    directory: server.directory,
  })
  return { ...ended, args }
}

const cli: Surface = async (name, input) => {
  const { code, stdout, stderr, args } = await typedLine(name, input)
  // Its program never ends, which is not passed.
  const expected = name === 'debug.run_to_failure' ? 1 : 0
  t.equal(code, expected, `${args.join(' ')}: ${stderr}`)
  return contract[name].answer === 'bytes' ? Buffer.from(stdout) : parsed(contract[name], stdout)
}

/** The command line for an input, by the words. */
async function wordsFor(name: CliName, input: Record<string, unknown>): Promise<string[]> {
  const { places, flags, rest } = layoutOf(fieldsOf(contract[name].input), words[name])
  const typed: string[] = [...words[name].path, ...places.map(({ field }) => String(input[field.name]))]
  for (const { field, name: flag, read } of flags) {
    const value = input[field.name]
    if (field === rest?.field || value === undefined || value === false) continue
    if (value === true) typed.push(`--${flag}`)
    else for (const text of await textsOf(value, read)) typed.push(`--${flag}`, text)
  }
  const given = new Set(
    [...places, ...flags, ...(rest === undefined ? [] : [rest])].map(({ field }) => field.name),
  )
  const left = Object.keys(input).filter(field => !given.has(field))
  t.same(left, notTyped[name] ?? [], `${name}: fields that cannot be typed`)
  const program = rest === undefined ? [] : ['--', ...[input[rest.field.name]].flat().map(String)]
  return [...typed, ...(contract[name].answer === 'bytes' ? ['--output', '-'] : ['--json']), ...program]
}

async function textsOf(value: unknown, read: string | undefined): Promise<string[]> {
  if (read === 'file' || read === 'patch') {
    const file = join(server.directory, 'typed.patch')
    await writeFile(file, String(value))
    return [file]
  }
  if (read === 'secret' || read === 'new secret') {
    const file = join(server.directory, `typed-${value}.secret`)
    await writeFile(file, String(value))
    return [file]
  }
  if (read === 'variables') {
    const file = join(server.directory, 'typed.env')
    const pairs = Object.entries(value ?? {}).map(([key, text]) => `${key}=${text}\n`)
    await writeFile(file, pairs.join(''))
    return [file]
  }
  if (Array.isArray(value)) return value.map(String)
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([key, text]) => `${key}=${text}`)
  return [String(value)]
}

function parsed(operation: Operation, text: string): unknown {
  if (operation.answer === 'json') return operation.output.parse(JSON.parse(text))
  return text
    .trimEnd()
    .split('\n')
    .map(line => operation.output.parse(JSON.parse(line)))
}

/** Calls the tool of that operation over stdio, with the client of the official SDK. */
const mcp: Surface = async (name, { cursor, ...input }) => {
  const { tool } = toolWords[name as McpName]
  const value = await agent.value(tool, input)
  // A tool has a cursor of its own, which leads on from an earlier result.
  if (cursor !== undefined) return { items: value.result, next: null }
  if (contract[name].answer === 'bytes') return Buffer.from(String(value.text))
  // Of lists and logs the value is a part.
  if (contract[name].answer === 'stream') return value.messages
  return contract[name].output instanceof z.ZodArray ? value.result : value
}

const surfaces = { api: http, sdk, cli, mcp } as const

/** What the debugger of Python does not have: every surface tells so. */
const beyondDebugpy: ReadonlySet<OperationName> = new Set([
  ...(['debug.step_back', 'debug.sources', 'debug.disassemble'] as const),
  ...(['debug.memory', 'debug.write_memory'] as const),
])
const thrown = async (call: Promise<unknown>): Promise<string> => {
  try {
    return `it was not refused: ${JSON.stringify(await call)}`
  } catch (error) {
    return String(error)
  }
}
const refused: Record<keyof typeof surfaces, (...call: Parameters<Surface>) => Promise<string>> = {
  api: async (name, input) => (await send(name, input)).text,
  sdk: (...call) => thrown(sdk(...call)),
  cli: async (name, input) => (await typedLine(name, input)).stderr,
  mcp: (...call) => thrown(mcp(...call)),
}

const walked: string[] = []
for (const name of operationNames)
  t.test(name, async t => {
    const operation: Operation = contract[name]
    for (const surface of operation.surfaces) {
      const input = await inputs[name]()
      const whole = [...Object.keys(input), ...alternativesOf(name)]
      t.same(whole.sort(), Object.keys(operation.input.shape).sort(), 'every field is given')
      if (beyondDebugpy.has(name)) {
        t.match(await refused[surface](name, input), /this debugger \(debugpy\) has no /, surface)
        walked.push(`${name} ${surface}`)
        continue
      }
      const answer = await surfaces[surface](name, input)
      if (operation.answer === 'stream') heard(t, answer)
      else if (operation.answer === 'events') told(t, answer)
      else if (operation.answer === 'bytes') t.equal(Buffer.from(bytes.parse(answer)).toString(), 'kept')
      else operation.output.parse(answer)
      walked.push(`${name} ${surface}`)
    }
  })

for (const surface of contract['debug.launch'].surfaces)
  t.test(`debug.launch ${surface}: a module in place of a file`, async () => {
    const answer = await surfaces[surface]('debug.launch', { ...(await aLaunch()), module: 'loop' })
    contract['debug.launch'].output.parse(answer)
  })

/** What a session and its command have come to, each told once. */
function told(t: { same(found: unknown, wanted: unknown): unknown }, answer: unknown): void {
  const messages = eventMessageSchema.array().parse(answer)
  t.same(messages.map(({ type }) => type).sort(), ['command', 'end', 'session'])
}

/** A log that was asked for from its third byte on, to its end. */
function heard(t: { same(found: unknown, wanted: unknown): unknown }, answer: unknown): void {
  const messages = logMessageSchema.array().parse(answer)
  t.same(
    messages.map(message => ('text' in message ? [message.offset, message.text] : message.type)),
    [[2, 'itten\n'], 'command', 'end'],
  )
}

t.test('nothing was left out', async t => {
  const declared = operationNames.flatMap(name =>
    contract[name].surfaces.map(surface => `${name} ${surface}`),
  )
  t.same(walked.sort(), declared.sort())
  t.ok(declared.length > 40)
})
