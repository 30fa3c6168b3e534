import { inspect } from 'node:util'
import { UserError } from '../../lib/user-error.ts'
import { CommandError } from '../engine/command-error.ts'
import { attemptLines } from './attempts-text.ts'
import { count, durationText, plainLine } from './plain-text.ts'
import type { LogFile } from './reporter.ts'
import type { Style } from './style.ts'
import type { Piece } from './whole-log.ts'

export interface Failure {
  readonly name: string
  readonly durationMs: number
  readonly error: unknown
  /** Why the attempts before the last failed. */
  readonly earlier: readonly unknown[]
  /** The task's whole log. */
  readonly log: readonly string[]
  /** What to type to see it again. */
  readonly command: string
  /** Where all of its log is, also the lines that were left out here. */
  readonly logFile: string | undefined
}

/** What is shown of a failed task: its log, the reason, and how to see it again. */
export function failureLines(failure: Failure, style: Style): string[] {
  const prefix = prefixOf(style)
  return [
    ...titleLines(failure, style),
    ...failure.log.map(line => prefix + plainLine(line)),
    ...endLines(failure, style),
  ]
}

/** The same with all of its log, read from its file. */
export function failurePieces(failure: Failure, whole: LogFile, style: Style): Piece[] {
  const prefix = prefixOf(style)
  const lines = [
    ...lastLines(failure.log, whole).map(line => prefix + plainLine(line)),
    ...endLines(failure, style),
  ]
  return [`${titleLines(failure, style).join('\n')}\n`, { path: whole.path, prefix }, `${lines.join('\n')}\n`]
}

/** What is known of the end of a log whose file is cut. */
export function lastLines(log: readonly string[], { isCut }: LogFile): string[] {
  return isCut ? ['… and its last lines:', ...log.slice(-shownLast)] : []
}

const shownLast = 1_000
const prefixOf = (style: Style) => `  ${style.dim('│')} `

function titleLines({ name, durationMs, earlier }: Failure, style: Style): string[] {
  const time = durationText(durationMs)
  const attempts = earlier.length === 0 ? '' : `, in ${count(earlier.length + 1, 'attempt')}`
  return ['', `${style.red('✖')} ${style.bold(name)} failed after ${time}${attempts}`]
}

function endLines({ error, earlier, log, command, logFile }: Failure, style: Style): string[] {
  const lines = log.length > 0 ? [''] : []
  if (earlier.length > 0) lines.push(...earlierLines(earlier).map(line => `  ${style.dim(line)}`), '')
  lines.push(...reasonLines(error, log).map(line => `  ${line}`))
  lines.push('', `  ${style.dim('again:')} ${style.cyan(plainLine(command))}`)
  if (logFile !== undefined) lines.push(`  ${style.dim('log:')}   ${logFile}`)
  return lines
}

/** Why the attempts before the last failed, shortly. */
export function earlierLines(earlier: readonly unknown[]): string[] {
  return attemptLines(earlier.map(error => reasonLines(error)[0] ?? 'failed'))
}

/** Why: a user's mistake with its fix, a failed command with what it said last, a bug with its stack. */
export function reasonLines(error: unknown, log: readonly string[] = []): string[] {
  if (error instanceof UserError) return cleaned(error.toText())
  if (error instanceof CommandError) {
    const logged = new Set(log.map(line => line.trimEnd()))
    const unseen = error.lastLines.filter(line => !logged.has(line))
    return [...cleaned(error.message), ...unseen.map(line => `  ${plainLine(line)}`)]
  }
  if (!(error instanceof Error)) return cleaned(`it threw ${inspect(error)}`)
  return cleaned(inspect(error)).filter(line => !isInternalFrame(line))
}

/** Stack lines that tell how the engine came to call a task, which is never the question. */
const own = RegExp.escape(new URL('../', import.meta.url).href)
const internalFrame = new RegExp(
  `^\\s+at .*(node:internal|${own}(engine/|commands/|main\\.ts|known-commands\\.ts)|/\\.artifacts/prepared/)`,
)

export function isInternalFrame(line: string): boolean {
  return internalFrame.test(line)
}

function cleaned(text: string): string[] {
  return text.split('\n').map(plainLine)
}
