import { CommanderError } from 'commander'
import { SettingsError, type SettingsProblem } from '../../config/client/settings-error.ts'
import { UserError } from '../../lib/user-error.ts'
import { visibleLines } from '../../lib/visible.ts'
import { ConnectionError } from '../sdk/connection-error.ts'
import { ProblemError } from '../sdk/problem-error.ts'
import { CliError } from './cli-error.ts'
import { exitCodes, signalExitCodes } from './exit-codes.ts'
import { Interruption } from './interruption.ts'
import { exitCodeOf, problemFix } from './problem-fix.ts'
import type { Paint } from './render/paint.ts'

/** A failure as it is told: to people in a line and the fix, to programs as a problem document. */
export type Report = {
  readonly exitCode: number
  /** Undefined where there is nothing to tell: help was shown, or the reader of our output is gone. */
  readonly problem: Problem | undefined
}

/** RFC 9457, as the server's own problems, and the fix. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status?: number
  readonly code: string
  readonly detail: string
  readonly errors?: readonly { path: string; message: string }[] | undefined
  readonly fix?: string
}

const own = (code: string, title: string, detail: string, fix: string | undefined): Problem => ({
  type: `urn:debug-server:cli:${code}`,
  title,
  code,
  detail,
  ...(fix === undefined ? {} : { fix }),
})

const titles: Record<number, string> = {
  [exitCodes.usage]: 'Wrong usage',
  [exitCodes.notAuthorised]: 'Not authorised',
}

const settingsExitCodes: Record<SettingsProblem, number> = {
  usage: exitCodes.usage,
  configuration_invalid: exitCodes.failure,
  configuration_not_writable: exitCodes.failure,
  not_configured: exitCodes.notAuthorised,
  no_token: exitCodes.notAuthorised,
}

/** What was asked, as far as a hint needs it: the token as an error about it calls it, and the session that was named. */
export type AskedOf = { readonly tokenFrom: string; readonly session: string | undefined }

/** What to do about these is done to another session than the one that was named. */
const ofOthers: ReadonlySet<string> = new Set([
  'session_not_found',
  'session_limit',
  'repository_in_use',
  'debug_limit',
])

/** What any error means at the command line. A bug is told with its stack. */
export function reportOf(error: unknown, { tokenFrom, session = 'SESSION' }: AskedOf): Report {
  if (error instanceof CliError)
    return {
      exitCode: error.exitCode,
      problem: own(error.code, titles[error.exitCode] ?? 'The command failed', error.message, error.fix),
    }
  if (error instanceof SettingsError) {
    const exitCode = settingsExitCodes[error.code]
    return {
      exitCode,
      problem: own(error.code, titles[exitCode] ?? 'The command failed', error.message, error.fix),
    }
  }
  if (error instanceof ProblemError) {
    const named = ofOthers.has(error.code) ? 'SESSION' : session
    const fix = problemFix(error.code, tokenFrom)?.replaceAll(/\bSESSION\b/g, () => named)
    return {
      exitCode: exitCodeOf(error.code, error.status),
      problem: { ...error.problem, ...(fix === undefined ? {} : { fix }) },
    }
  }
  if (error instanceof ConnectionError)
    return {
      exitCode: exitCodes.notReachable,
      problem: own(error.kind, 'The server cannot be reached', error.message, error.fix),
    }
  if (error instanceof CommanderError) return ofCommander(error)
  if (error instanceof Interruption) {
    const problem = own('interrupted', 'The command was interrupted', 'interrupted', undefined)
    return {
      exitCode: signalExitCodes[error.signal],
      problem: error.signal === 'SIGPIPE' ? undefined : problem,
    }
  }
  if (error instanceof UserError)
    return {
      exitCode: exitCodes.failure,
      problem: own('failed', 'The command failed', error.message, error.fix),
    }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    exitCode: exitCodes.failure,
    problem: own(
      'bug',
      'This program made a mistake',
      stack,
      'this is a bug of debug-server: please report it',
    ),
  }
}

/** Commander's own wording, without its prefix, its suggestion as the fix. */
function ofCommander({ code, exitCode, message }: CommanderError): Report {
  if (exitCode === 0) return { exitCode: exitCodes.success, problem: undefined }
  if (code === 'commander.help') return { exitCode: exitCodes.usage, problem: undefined }
  const [, text = message, suggestion] = /^(?:error: )?([^\n]*)(?:\n\((.*)\))?$/s.exec(message) ?? []
  const fix = suggestion?.replace(/^Did/, 'did')
  return { exitCode: exitCodes.usage, problem: own('usage', 'Wrong usage', text, fix) }
}

export function reportText({ code, detail, errors, fix }: Problem, paint: Paint): string {
  const [first = '', ...more] = visibleLines(detail)
  const lines = [`${paint('red', code === 'interrupted' ? 'debug-server:' : 'error:')} ${first}`, ...more]
  for (const { path, message } of errors ?? [])
    if (!detail.includes(message)) lines.push(`  ${visibleLines(`${path}: ${message}`).join(' ')}`)
  if (fix !== undefined) lines.push(...visibleLines(fix).map(line => `  ${line.trimStart()}`))
  return `${lines.join('\n')}\n`
}
