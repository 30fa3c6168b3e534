import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { errorCode } from '../../../lib/error-code.ts'
import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { UserError } from '../../../lib/user-error.ts'
import { withoutStreams } from '../../../lib/without-streams.ts'
import type { CommandOutcome, CommandOutput, StartedCommand } from './started-command.ts'

export interface HereRequest {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Written to stdin, which is empty otherwise, or with `inherits` that of this process. */
  readonly input: string | Uint8Array | undefined
  /** It has stdout and stderr of this process. */
  readonly inherits: boolean
}

/** Starts a command as a child of this process. */
export function startHere(scope: ProcessScope, request: HereRequest): StartedCommand {
  const { file, args, cwd, environment, input, inherits } = request
  const out = inherits ? 'inherit' : 'pipe'
  const stdin = input !== undefined ? 'pipe' : inherits ? 'inherit' : 'ignore'
  let child: ChildProcess
  try {
    child = scope.spawn(file, args, { cwd, env: environment, stdio: [stdin, out, out] })
  } catch (cause) {
    throw errorCode(cause) === 'E2BIG' ? tooLong(file, cause) : cause
  }
  const outcome = new Promise<CommandOutcome>((resolve, reject) => {
    child.once('exit', (exitCode, signal) => resolve({ kind: 'ended', exitCode, signal }))
    child.once('error', cause => reject(asUserError(cause, file, cwd)))
  })
  // Whoever closes its stdin early just does not read it.
  child.stdin?.on('error', () => {}).end(input)
  return { outcome, stdout: outputOf(child.stdout), stderr: outputOf(child.stderr) }
}

/** Mostly a list of files. Node throws it at once. */
function tooLong(file: string, cause: unknown): UserError {
  return new UserError(`${file} cannot be started: its arguments or variables are too long`, {
    fix: 'hand them over in a file, or as its input',
    cause,
  })
}

function asUserError(cause: NodeJS.ErrnoException, file: string, cwd: string): Error {
  if (!existsSync(cwd)) return new UserError(`${file} cannot run in ${cwd}: no such directory`, { cause })
  if (cause.code === 'ENOENT')
    return new UserError(`${file} is not found`, { fix: 'install it, or put it on PATH', cause })
  if (cause.code === 'EACCES')
    return new UserError(`${file} may not be executed`, { fix: `chmod +x ${file}`, cause })
  if (cause.code === 'EMFILE' || cause.code === 'ENFILE')
    return new UserError(`${file} cannot be started: too many files are open`, {
      fix: 'raise the limit (ulimit -n), or run fewer at once (--jobs)',
      cause,
    })
  return cause
}

/** Where too many files are open for one, there is none, whatever the types of Node say. */
function outputOf(stream: Readable | null | undefined): CommandOutput | undefined {
  if (stream === null || stream === undefined) return undefined
  // Otherwise Node ends the other half of it first, which nobody has used.
  const stop = () => withoutStreams(() => stream.destroy())
  stream.once('end', stop)
  return {
    take: listener => stream.on('data', listener),
    closed: new Promise(resolve => stream.once('close', resolve)),
    stop,
  }
}
