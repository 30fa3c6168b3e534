import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { Test } from 'tap'
import { request } from 'undici'
import { appSchema } from '../../../config/app-schema.ts'
import { serverSchema } from '../../../config/schema.ts'
import { systemClock } from '../../../lib/clock.ts'
import { createLog } from '../../../lib/log.ts'
import type { Api, ApiDependencies } from '../../../services/api/api.ts'
import { startApi } from '../../../services/api/api.ts'
import { type Contract, contract, type OperationName } from '../../../services/contract/contract.ts'
import {
  commandId,
  instanceId,
  repositoryId,
  sessionId,
  type TokenId,
} from '../../../services/contract/ids.ts'
import { hasBody, type OutputOf } from '../../../services/contract/operation.ts'
import { type ProblemDocument, problemSchema } from '../../../services/contract/problems.ts'
import type { Scope } from '../../../services/contract/scopes.ts'
import { dataFiles } from '../../../services/store/files.ts'
import { openStore } from '../../../services/store/store.ts'
import { createToken } from '../../../services/store/tokens.ts'
import { makeStore } from '../store/make-store.ts'
import { FakeRunner } from './fake-runner.ts'
import { cheapPasswords } from './sign-in/cheap-passwords.ts'
import { until } from './until.ts'

export type Person = { readonly secret: string; readonly id: TokenId }
export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; text: string }
export type Sent = {
  method?: string
  body?: unknown
  raw?: string | Buffer
  headers?: Record<string, string>
  token?: Person | string | null
}

/** A store, a fake runner and a real API in a directory of their own, gone when the test is over. */
const aFilesApp = appSchema.parse({ command: ['files', '{socket}'] })

export async function startRig(t: Test, options: Partial<ApiDependencies> & { runner?: 'absent' } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'api-'))
  await using made = new AsyncDisposableStack()
  made.defer(() => rm(directory, { recursive: true, force: true }))
  const storeFile = join(directory, 'store.db')
  await makeStore(storeFile)
  const store = made.use(await openStore(storeFile))
  const files = dataFiles(join(directory, 'data'))
  const runnerSocket = join(directory, 'runner.sock')
  const runner = new FakeRunner(store, files)
  if (options.runner !== 'absent') {
    await runner.listen(runnerSocket)
    made.use(runner)
  }
  const logged: string[] = []
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      logged.push(`${chunk}`)
      done()
    },
  })
  const api: Api = await startApi({
    store,
    files,
    clock: systemClock,
    log: createLog('api', sink),
    instance: instanceId.create(),
    version: '1.2.3',
    listen: { host: '127.0.0.1', port: 0 },
    runnerSocket,
    allowedOrigins: [],
    passwords: cheapPasswords(),
    requests: serverSchema.parse({}).api,
    streamsPerUser: serverSchema.parse({}).streams.per_user,
    allowedSchemes: ['https', 'ssh', 'git'],
    debugSessions: 16,
    environments: { default: ['none'] },
    sessions: serverSchema.parse({}).sessions,
    commands: serverSchema.parse({}).runner,
    environment: { PATH: join(directory, 'bin') },
    apps: { declared: new Map([['files', aFilesApp]]), origins: 'https://*.apps.example.org' },
    ...options,
    limits: { successor: 500, ...options.limits },
  })
  made.use(api)
  if (options.runner !== 'absent') await until(() => runner.wakes > 0, 'the API is connected to the runner')

  const person = async (name: string, ...scopes: Scope[]): Promise<Person> => {
    const now = new Date().toISOString()
    const created = await createToken(store, { name, scopes, now, expires_at: null })
    if (created.outcome !== 'created') throw new Error(created.outcome)
    return { secret: created.secret, id: created.token.id }
  }
  const admin = await person('root', 'admin')
  const alice = await person('alice', 'cli')
  const bob = await person('bob', 'cli')

  /** A request as it stands, alice's token unless said otherwise. */
  async function send(
    path: string,
    { method = 'GET', body, raw, headers = {}, token = alice }: Sent = {},
  ): Promise<Answer> {
    const bearer = token === null ? undefined : `Bearer ${typeof token === 'string' ? token : token.secret}`
    const answer = await request(`${api.url}${path}`, {
      method,
      headers: {
        ...(bearer === undefined ? {} : { authorization: bearer }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: raw ?? (body === undefined ? null : JSON.stringify(body)),
    })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  }

  /** Calls an operation, and holds its answer to the contract. */
  async function call<N extends OperationName>(
    name: N,
    input: Record<string, unknown> = {},
    token: Person | null = alice,
  ): Promise<OutputOf<Contract[N]>> {
    const answer = await send(...requestFor(name, input, token))
    if (answer.status >= 400) throw new Error(`${name}: ${answer.text}`)
    const output: Contract[N]['output'] = contract[name].output
    return output.parse(JSON.parse(answer.text)) as OutputOf<Contract[N]>
  }

  /** Calls an operation that must be refused. */
  async function refused(
    name: OperationName,
    input: Record<string, unknown> = {},
    token: Person | string | null = alice,
  ): Promise<ProblemDocument> {
    return problemOf(t, await send(...requestFor(name, input, token)))
  }

  /** A repository that is ready. */
  async function repository(name = 'demo'): Promise<void> {
    const { id } = await call('repositories.add', { url: `https://example.org/${name}.git`, name })
    await runner.fetched(repositoryId.schema.parse(id))
  }

  /** A session of alice's that runs, with these commands queued. */
  async function session(commands: string[] = [], owner: Person = alice) {
    const created = await call('sessions.create', { repository: 'demo', commands }, owner)
    const id = sessionId.schema.parse(created.id)
    await runner.session(id, 'starting', 'running')
    const { items: rows } = await call('commands.list', { session: id }, owner)
    return { id, commands: rows.map(row => commandId.schema.parse(row.id)) }
  }

  const life = made.move()
  t.teardown(() => life.disposeAsync())
  return {
    t,
    api,
    store,
    files,
    runner,
    logged,
    directory,
    admin,
    alice,
    bob,
    person,
    send,
    call,
    refused,
    repository,
    session,
  }
}

export type Rig = Awaited<ReturnType<typeof startRig>>

/** Where an operation's fields travel, by the contract's rule. */
export function requestFor(
  name: OperationName,
  input: Record<string, unknown>,
  token: Person | string | null,
): [string, Sent] {
  const { method, path } = contract[name]
  const rest = { ...input }
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = rest[field]
    delete rest[field]
    return encodeURIComponent(`${value}`)
  })
  if (hasBody(contract[name])) return [filled, { method, token, body: rest }]
  const query = new URLSearchParams(
    Object.entries(rest)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]): [string, string] => [key, `${value}`]),
  )
  return [query.size === 0 ? filled : `${filled}?${query}`, { method, token }]
}

/** A problem document, whole and in the shape that the contract gives it. */
export function problemOf(t: Test, answer: Answer): ProblemDocument {
  t.equal(answer.headers['content-type'], 'application/problem+json', answer.text)
  const problem = problemSchema.strict().parse(JSON.parse(answer.text))
  t.equal(problem.status, answer.status, 'the status stands in the document too')
  t.equal(problem.type, `urn:debug-server:problem:${problem.code}`)
  t.notMatch(answer.text, /node_modules|services\/|\.ts:|\/tmp\//, 'nothing of the inside')
  return problem
}
