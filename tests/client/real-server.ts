import { cp, mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { createClient } from '../../client/sdk/client.ts'
import { every } from '../../client/sdk/every.ts'
import { ProblemError } from '../../client/sdk/problem-error.ts'
import { appSchema } from '../../config/app-schema.ts'
import { serverSchema } from '../../config/schema.ts'
import { systemClock } from '../../lib/clock.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { startApi } from '../../services/api/api.ts'
import { instanceId } from '../../services/contract/ids.ts'
import { commandPath } from '../../services/runner/host-environment.ts'
import { startRunner } from '../../services/runner/runner.ts'
import { dataFiles } from '../../services/store/files.ts'
import { openStore } from '../../services/store/store.ts'
import { createToken } from '../../services/store/tokens.ts'
import { cheapPasswords } from '../services/api/sign-in/cheap-passwords.ts'
import { makeStore } from '../services/store/make-store.ts'
import { git } from './git.ts'

/** A real API and a real runner in a directory of their own, with an administrator's token. */
export type RealServer = {
  readonly url: string
  readonly token: string
  /** For whatever else the test needs on disk; it goes with the server. */
  readonly directory: string
  /** Ends the API and starts another one at the same address. */
  readonly restartApi: () => Promise<void>
}

/**
 * Starts a server for one test. When it ends, sessions are deleted first, so that nothing that a command started
 * outlives the test.
 */
export async function realServer(t: { teardown(ends: () => Promise<void>): void }): Promise<RealServer> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'debug-server-')))
  await using made = new AsyncDisposableStack()
  made.defer(() => removeTree(directory))
  const storeFile = join(directory, 'store.db')
  await makeStore(storeFile)
  const store = made.use(await openStore(storeFile))
  const files = dataFiles(join(directory, 'data'))
  const common = { store, files, clock: systemClock, log: pino({ level: 'silent' }) }
  const socket = join(directory, 'runner.sock')
  const path = commandPath(process.env.PATH)
  made.use(
    await startRunner({
      ...{ ...common, instance: instanceId.create(), socket, slots: 4, graceMs: 500, path },
      apps: someApps,
    }),
  )
  const startOn = (port: number) =>
    startApi({
      ...common,
      instance: instanceId.create(),
      version: '0.0.0-test',
      listen: { host: '127.0.0.1', port },
      runnerSocket: socket,
      allowedOrigins: [],
      passwords: cheapPasswords(),
      requests: serverSchema.parse({}).api,
      streamsPerUser: serverSchema.parse({}).streams.per_user,
      allowedSchemes: ['https', 'ssh', 'git'],
      debugSessions: 16,
      environments: { default: ['none'] },
      // A test may have as many as it likes.
      sessions: serverSchema.parse({ sessions: { per_owner: 1_000 } }).sessions,
      commands: serverSchema.parse({}).runner,
      apps: { declared: someApps, origins: 'https://*.apps.example.org' },
      // Programs of the host that the API asks stand here.
      environment: { PATH: join(directory, 'bin') },
    })
  let api = await startOn(0)
  const { url } = api
  made.defer(() => api[Symbol.asyncDispose]())
  const created = await createToken(store, {
    name: 'bootstrap',
    scopes: ['admin'],
    now: new Date().toISOString(),
    expires_at: null,
  })
  if (created.outcome !== 'created') throw new Error(created.outcome)
  const { secret: token } = created
  made.defer(async () => {
    await using client = createClient({ baseUrl: url, token })
    for await (const { id } of every(cursor => client.sessions.list({ cursor })))
      await client.sessions.delete({ session: id, wait: 20 })
  })
  await ready(url)
  const life = made.move()
  t.teardown(() => life.disposeAsync())
  const restartApi = async () => {
    await api[Symbol.asyncDispose]()
    api = await startOn(Number(new URL(url).port))
    await ready(url)
  }
  return { url, token, directory, restartApi }
}

/** One that every host has. */
const someApps = new Map([
  ['site', appSchema.parse({ command: ['python3', '-m', 'http.server', '--bind', '127.0.0.1', '{port}'] })],
])

/** Waits until the API has found its runner. */
async function ready(baseUrl: string): Promise<void> {
  await using client = createClient({ baseUrl, signal: AbortSignal.timeout(20_000) })
  for (;;) {
    try {
      await client.server.readiness()
      return
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'not_ready') throw error
    }
  }
}

const demo = resolve(import.meta.dirname, '../fixtures/python-demo')
export const demoPatch = resolve(import.meta.dirname, '../fixtures/python-demo.patch')

/** A git repository with one commit on `main`: a copy of the Python program whose test fails. */
export async function demoRepository(directory: string, name = 'demo'): Promise<string> {
  const path = join(directory, name)
  await cp(demo, path, { recursive: true })
  git(path, 'init', '--quiet', '--initial-branch', 'main')
  git(path, 'add', '--all')
  git(path, 'commit', '--quiet', '--message', 'A stack and its tests')
  return path
}
