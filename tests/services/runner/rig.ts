import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import type { Test } from 'tap'
import { systemClock, toInstant } from '../../../lib/clock.ts'
import { removeTree } from '../../../lib/remove-tree.ts'
import { commandHasEnded } from '../../../services/contract/command-state.ts'
import type { EnvironmentChoice } from '../../../services/contract/environment-state.ts'
import type { CommandLine } from '../../../services/contract/fields.ts'
import { type CommandId, instanceId, type SessionId, type UserId } from '../../../services/contract/ids.ts'
import type { LogStream } from '../../../services/contract/log-message.ts'
import { sessionIsSettled } from '../../../services/contract/session-state.ts'
import type { SubmoduleChoice } from '../../../services/contract/submodules.ts'
import { CommandProcesses } from '../../../services/runner/commands/command-processes.ts'
import { readProcessFile } from '../../../services/runner/commands/wrapper-files.ts'
import { type Runner, startRunner } from '../../../services/runner/runner.ts'
import type { RunnerDependencies } from '../../../services/runner/runner-dependencies.ts'
import type { IsolationSettings } from '../../../services/runner/sandbox/sandbox.ts'
import { getCommand, runningCommands } from '../../../services/store/commands.ts'
import { dataFiles } from '../../../services/store/files.ts'
import { type NewCommand, queueCommand } from '../../../services/store/new-command.ts'
import { addRepository, getRepository } from '../../../services/store/repositories.ts'
import type { CommandRow, RepositoryRow } from '../../../services/store/schema.ts'
import { createSession, getSession } from '../../../services/store/sessions.ts'
import { openStore } from '../../../services/store/store.ts'
import { createUser } from '../../../services/store/users.ts'
import { guarded } from '../../guardian.ts'
import { until } from '../../until.ts'
import { makeStore } from '../store/make-store.ts'
import { removeGroups } from './remove-groups.ts'

/** Files of a repository by name. */
export type Tree = Record<string, string | Buffer>

/** As nobody in particular and without the configuration of whoever runs the test. */
const gitEnvironment = (directory: string) => ({
  PATH: process.env.PATH,
  HOME: directory,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'init.defaultBranch',
  GIT_CONFIG_VALUE_0: 'main',
  GIT_CONFIG_KEY_1: 'core.autocrlf',
  GIT_CONFIG_VALUE_1: 'false',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@localhost',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@localhost',
})

function runProgram(directory: string, program: string, args: readonly string[]): string {
  return execFileSync(program, args, {
    cwd: directory,
    env: gitEnvironment(directory),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).replace(/\n$/, '')
}

/** Runs git for a test. */
export const git = (directory: string, ...args: string[]): string => runProgram(directory, 'git', args)

export function write(directory: string, files: Tree): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(directory, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    if (name.endsWith('.sh')) chmodSync(file, 0o755)
  }
}

/** One shell for all of it, since a process as large as a test takes long to fork. */
const commitAll = `set -e
git add --all
git commit --quiet --allow-empty --message "$1"
git rev-parse HEAD`

/** Writes files and commits everything; returns the commit's id. */
export function commit(directory: string, files: Tree, message = 'a change'): string {
  write(directory, files)
  return runProgram(directory, 'sh', ['-c', commitAll, 'sh', message])
}

/** Options of a session; the revision is the default branch unless given. */
export type SessionOptions = {
  revision?: string | null
  patch?: string | Buffer
  three_way?: boolean
  commands?: CommandLine[]
  artifacts?: string[]
  /** Seconds. */
  ttl?: number
  idle_timeout?: number
  offline?: boolean
  environment?: EnvironmentChoice[]
  submodules?: SubmoduleChoice
  secrets?: Record<string, string>
  owner?: UserId
}
export type CommandOptions = Partial<Omit<NewCommand, 'session' | 'command' | 'now'>>

/** `root`: an empty directory for all that it writes. `idle`: it is not started. */
type RigOptions = { root?: string; idle?: boolean }

/**
 * A runner on a store of its own in a temporary directory, gone with everything it started when the test ends. It is
 * driven the way the API drives it: through the store and the socket.
 */
export async function runnerRig(t: Test, overrides: Partial<RunnerDependencies> & RigOptions = {}) {
  const { idle = false, root = mkdtempSync(join(tmpdir(), 'runner-')), ...dependencies } = overrides
  // Of a directory that is another's, that one takes care.
  const guard = overrides.root === undefined ? guarded(root) : undefined
  const storePath = join(root, 'store', 'store.db')
  await makeStore(storePath)
  const store = await openStore(storePath)
  const files = dataFiles(join(root, 'data'))
  const { clock = systemClock } = dependencies
  const now = () => toInstant(clock.now())
  const { user } = await createUser(store, { name: 'test', role: 'user', now: now() })
  const owner = user.id
  const socket = join(root, 'runner.sock')
  let runner: Runner | undefined
  let waker: Socket | undefined

  const start = async () => {
    runner = await startRunner({
      store,
      files,
      clock,
      log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
      instance: instanceId.create(),
      socket,
      slots: 4,
      graceMs: 300,
      worktrees: { keep: 8, totalBytes: 0 },
      // What every test of the runner goes through once more where commands are kept apart: see sandboxed.test.ts.
      ...(process.env.TEST_SANDBOX === undefined ? {} : { sandbox: sandboxOf(root) }),
      ...(process.env.TEST_CGROUPS === undefined ? {} : { cgroups: 'auto' as const }),
      path: process.env.PATH ?? '',
      ...dependencies,
    })
    waker = connect(socket)
      .on('error', () => undefined)
      .resume()
  }
  const wake = () => waker?.write('{"type":"wake"}\n')
  const stop = async () => {
    waker?.destroy()
    waker = undefined
    await runner?.[Symbol.asyncDispose]()
    runner = undefined
  }

  t.teardown(async () => {
    await stop()
    for (const { session_id, id, attempts } of await runningCommands(store)) {
      const wrapper = readProcessFile(files.process(session_id, id, attempts))
      if (wrapper !== undefined) await new CommandProcesses(id, wrapper).end(0)
    }
    await removeGroups(files)
    await store[Symbol.asyncDispose]()
    await removeTree(root)
    guard?.[Symbol.dispose]()
  })
  if (!idle) await start()

  let repositories = 0
  const rig = {
    root,
    store,
    storePath,
    files,
    socket,
    owner,
    now,
    start,
    /** Disposes of the runner as a SIGTERM would: its commands go on. */
    stop,
    /** Tells the runner to look at the store, as the API does after every change. */
    wake,

    /** Makes a git repository with one commit on `main`. */
    origin(tree: Tree = { 'README.md': 'hello\n' }): string {
      const directory = join(root, `origin-${++repositories}`)
      mkdirSync(directory)
      write(directory, tree)
      runProgram(directory, 'sh', ['-c', `git init --quiet\n${commitAll}`, 'sh', 'first'])
      return directory
    },
    /** Registers the repository at a path or address, or a new one with these files; waits until it was fetched. */
    async repository(
      from: string | Tree = { 'README.md': 'hello\n' },
      defaultBranch: string | null = null,
    ): Promise<RepositoryRow & { directory: string }> {
      const url = typeof from === 'string' ? from : rig.origin(from)
      const name = `repository-${++repositories}`
      const { repository } = await addRepository(store, {
        name,
        url,
        default_branch: defaultBranch,
        now: now(),
      })
      wake()
      const settled = await until(`the first fetch of ${url}`, async () => {
        const row = await getRepository(store, repository.id)
        return row.status === 'pending' ? undefined : row
      })
      return { ...settled, directory: url }
    },
    /** Creates a session and waits until it runs or has failed. */
    async session(repository: Pick<RepositoryRow, 'id'>, options: SessionOptions = {}) {
      return rig.settled(await rig.createSession(repository, options))
    },
    async createSession(repository: Pick<RepositoryRow, 'id'>, options: SessionOptions = {}) {
      const { revision = null, patch, three_way = false, commands = [], artifacts = [] } = options
      const { ttl = 0, idle_timeout = 0, offline = false, environment = ['none'], secrets = {} } = options
      const { submodules = 'recursive' } = options
      const patch_sha256 = patch === undefined ? null : createHash('sha256').update(patch).digest('hex')
      if (patch !== undefined && patch_sha256 !== null) {
        mkdirSync(dirname(files.patch(patch_sha256)), { recursive: true })
        writeFileSync(files.patch(patch_sha256), patch)
      }
      const wanted = {
        repository: repository.id,
        owner: options.owner ?? owner,
        revision,
        patch_sha256,
        three_way,
        commands,
        artifacts,
        environment,
        submodules,
        secrets,
        ...{ ttl, idle_timeout, offline, most: 1_000, now: now() },
      }
      const id = await createSession(store, wanted)
      if (id === undefined) throw new Error('the owner has as many sessions as they may have')
      wake()
      return id
    },
    settled: (id: SessionId) =>
      until(`session ${id} to settle`, async () => {
        const row = await getSession(store, id)
        return row !== undefined && sessionIsSettled(row.status) ? row : undefined
      }),
    async queue(session: { id: SessionId }, command: CommandLine, options: CommandOptions = {}) {
      const defaults = { directory: '.', environment: {}, timeout: null }
      const wanted = { ...defaults, ...options, session: session.id, command, now: now() }
      const row = await queueCommand(store, wanted)
      if (row === undefined) throw new Error('the session takes no more commands')
      wake()
      return row.id
    },
    /** Queues a command and waits until it has ended. */
    async run(session: { id: SessionId }, command: CommandLine, options: CommandOptions = {}) {
      return rig.ended(await rig.queue(session, command, options))
    },
    ended: (id: CommandId): Promise<CommandRow> =>
      until(`command ${id} to end`, async () => {
        const row = await getCommand(store, id)
        return row !== undefined && commandHasEnded(row.status) ? row : undefined
      }),
    /** The bytes of a log as far as they were recorded. */
    log({ session_id, id, stdout_bytes, stderr_bytes }: CommandRow, stream: LogStream): Buffer {
      const bytes = readFileSync(files.log(session_id, id, stream))
      return bytes.subarray(0, (stream === 'stdout' ? stdout_bytes : stderr_bytes) ?? undefined)
    },
    stdout: (row: CommandRow): string => rig.log(row, 'stdout').toString(),
    stderr: (row: CommandRow): string => rig.log(row, 'stderr').toString(),
    /** Waits for a command to have printed this. */
    printed: (session: SessionId, id: CommandId, text: string | RegExp): Promise<string> =>
      until(`${id} to print ${text}`, () => {
        const log = readLog(files.log(session, id, 'stdout'))
        return (typeof text === 'string' ? log.includes(text) : text.test(log)) ? log : undefined
      }),
  }
  return rig
}

/** A sandbox as `main.ts` sets it up: what lies in the rig is the server's own. */
export const sandboxOf = (root: string): IsolationSettings => ({
  mode: 'bubblewrap',
  own: [root],
  visible: [],
  home: homedir(),
})

export type RunnerRig = Awaited<ReturnType<typeof runnerRig>>

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
