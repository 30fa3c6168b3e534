import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../../lib/error-code.ts'
import { monotonicMs } from '../../../lib/monotonic.ts'
import { identify } from '../../../lib/processes/identity.ts'
import { scopeVariable } from '../../../lib/processes/process-scope.ts'
import type { CommandFailure } from '../../contract/command-state.ts'
import { commandLineOf, limitsOf, terminalOf } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { RunnerContext } from '../context.ts'
import { unstageFiles } from '../environments/stage-files.ts'
import { LeaseLostError } from '../leases/lease.ts'
import type { CommandGroup } from '../limits/cgroups/command-group.ts'
import { type Isolated, isolationFor, openly } from '../sandbox/enclosure.ts'
import { withOptions } from '../sandbox/open-options.ts'
import type { StartedProcess } from '../spawning/started-process.ts'
import { inTerminal } from '../terminals/in-terminal.ts'
import type { Started } from './command-processes.ts'
import type { Replacement } from './debuggee.ts'
import { findExecutable } from './find-executable.ts'
import { openInput } from './open-input.ts'
import { surroundings } from './surroundings.ts'
import { findWorkingDirectory, type WorkingDirectory } from './working-directory.ts'

export type Launched =
  | ({ launched: true; wrapper: Started } & Pick<StartedProcess, 'ended'>)
  | { launched: false; failure: CommandFailure }

export type LaunchOptions = {
  /** What is run in place of its own line. */
  readonly replacement?: Replacement | undefined
  /** The control group that its program joins. */
  readonly group?: CommandGroup | undefined
}

const wrapperFile = join(import.meta.dirname, 'command-wrapper.sh')

/**
 * Starts a command's wrapper in a session of its own, its output going straight into the log files. What keeps it from
 * starting is written there too, for that is where a user looks.
 */
export async function launchCommand(
  context: RunnerContext,
  row: CommandRow,
  options: LaunchOptions = {},
): Promise<Launched> {
  let logs: Logs
  try {
    logs = openLogs(context, row)
  } catch (error) {
    return failed('spawn_failed', `its logs could not be written: ${codeOf(error)}`)
  }
  using opened = logs
  const launched = await tryToLaunch(context, row, options, opened)
  if (!launched.launched) writeSync(opened.stderr, `debug-server: ${launched.failure.message}\n`)
  return launched
}

type Logs = { stdout: number; stderr: number } & Disposable

/** Not asynchronous: each step is quicker than a trip to the thread pool, and none waits for what a client made there. */
function openLogs({ files }: RunnerContext, { session_id, id, attempts, merge }: CommandRow): Logs {
  mkdirSync(files.attempt(session_id, id, attempts), { recursive: true, mode: 0o700 })
  using opened = new DisposableStack()
  const open = (path: string) => opened.adopt(openSync(path, logFlags, 0o600), closeSync)
  const stdout = open(files.log(session_id, id, 'stdout'))
  const stderr = merge === 1 ? stdout : open(files.log(session_id, id, 'stderr'))
  const life = opened.move()
  return { stdout, stderr, [Symbol.dispose]: () => life.dispose() }
}

const logFlags =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK

async function tryToLaunch(
  context: RunnerContext,
  row: CommandRow,
  { replacement, group }: LaunchOptions,
  { stdout, stderr }: Logs,
): Promise<Launched> {
  const { files, lease, spawner } = context
  const directory = await placeOf(context, row)
  if (!directory.found) return failed('directory_not_found', directory.message)

  if (replacement?.ok === false) return { launched: false, failure: replacement.failure }
  const isAlone = replacement?.program.alone === true
  const around = await surroundings(context, row, directory.path)
  const { [scopeVariable]: mark = '' } = around
  // What its user says to a shell or a dynamic linker is for what is enclosed.
  const base = isAlone ? { [scopeVariable]: mark } : around
  const env = { ...base, ...replacement?.program.environment }
  const line = replacement?.program.words ?? commandLineOf(row)
  const [name = '', ...rest] = typeof line === 'string' ? ['/bin/sh', '-c', line] : line
  const isolation: Isolated = isAlone
    ? { ok: true, ...openly }
    : await isolationFor(context, row.session_id, row.environment_id)
  if (!isolation.ok) return failed('spawn_failed', isolation.message)
  const executable = await findExecutable(name, env.PATH ?? '', directory.path, isolation.shows)
  if (!executable.found) return failed(executable.reason, executable.message)

  let input: FileHandle | undefined
  try {
    input = await openInput(context, row)
  } catch (error) {
    return failed('spawn_failed', `its input could not be written: ${codeOf(error)}`)
  }
  await using _ = input
  const folder = files.attempt(row.session_id, row.id, row.attempts)
  // The shell's `exec` would take a name that begins with a hyphen for an option.
  const plain = [name.startsWith('-') ? executable.path : name, ...rest]
  const { meeting, sockets } = replacement?.program ?? {}
  const program = { words: plain, environment: env, meeting, sockets }
  const terminal = terminalOf(row)
  const statusFile = files.sandboxStatus(row.session_id, row.id, row.attempts)
  const enclosed =
    terminal === null
      ? ({ ok: true, program: isolation.enclose(program, directory.path, statusFile) } as const)
      : await inTerminal(program, isolation, {
          size: terminal,
          pipe: files.terminal(row.session_id, row.id, row.attempts),
          path: context.path,
          directory: directory.path,
          statusFile,
        })
  if (!enclosed.ok) return failed('spawn_failed', enclosed.message)
  using ready = enclosed.program
  const joining = group?.joining ?? []
  // In the same breath as the spawn: what stands above may have taken any time.
  lease.require()
  const at = monotonicMs()
  try {
    const { pid, ended } = await spawner.start({
      words: [
        '/bin/sh',
        wrapperFile,
        folder,
        fileBlocks(row),
        String(joining.length),
        ...joining,
        ...ready.words,
      ],
      environment: ready.environment,
      directory: directory.path,
      descriptors: withOptions([input?.fd ?? 'ignore', stdout, stderr], ready.options),
    })
    const wrapper = identify(pid) ?? { pid, startTime: 'gone' }
    return { launched: true, wrapper: { ...wrapper, since: { pid: pid - 1, at } }, ended }
  } catch (error) {
    const code = codeOf(error)
    const why = code === 'E2BIG' ? 'its arguments and environment are too long for the system' : code
    return failed('spawn_failed', `${name} could not be started: ${why}`)
  }
}

/** Where it starts: in its worktree, or in the environment that it builds, which is made anew for it. */
async function placeOf(context: RunnerContext, row: CommandRow): Promise<WorkingDirectory> {
  const { session_id, environment_id, directory, attempts } = row
  if (environment_id === null)
    return await findWorkingDirectory(context.files.worktree(session_id), directory)
  try {
    return { found: true, path: await unstageFiles(context, session_id, environment_id, attempts) }
  } catch (error) {
    if (error instanceof LeaseLostError) throw error
    return { found: false, message: `what it is built from could not be written: ${codeOf(error)}` }
  }
}

/** The largest file that it may write, as the wrapper wants it. */
function fileBlocks(row: CommandRow): string {
  const { file_size } = limitsOf(row)
  return file_size === null ? '-' : String(Math.ceil(file_size / 512))
}

const failed = (reason: CommandFailure['reason'], message: string): Launched => ({
  launched: false,
  failure: { reason, message },
})

const codeOf = (error: unknown): string => errorCode(error) ?? String(error)
