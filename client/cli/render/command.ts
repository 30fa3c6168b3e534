import { sizeText } from '../../../lib/byte-count.ts'
import type { CommandUsage } from '../../../services/contract/command-limits.ts'
import type { Command } from '../../../services/contract/resources.ts'
import type { RenderContext } from '../words/words.ts'
import { commandText } from './command-text.ts'
import { details } from './details.ts'
import { duration, relativeTime } from './relative-time.ts'

export const renderCommand = (command: Command, { now }: RenderContext): string =>
  details([
    ['id', command.id],
    ['status', command.status],
    ['exit code', command.exit_code === null ? null : String(command.exit_code)],
    ['failure', command.failure?.message],
    ['command', commandText(command.command)],
    ['directory', command.directory],
    ['after', command.after.join(', ')],
    ['repeats', command.rerun_of],
    ['attempts', command.attempts > 1 ? String(command.attempts) : null],
    ['artifacts', artifactsText(command)],
    ['session', command.session],
    ['created', relativeTime(command.created_at, now)],
    ['took', tookText(command, now)],
    ['processor', command.usage && processorText(command.usage)],
    ['memory', command.usage?.peak_memory == null ? null : sizeText(command.usage.peak_memory)],
    ['limits', limitsText(command.limits)],
    ['terminal', command.terminal && `${command.terminal.columns}×${command.terminal.rows}`],
    ['output', outputText(command, now)],
  ])

function outputText({ truncated, log_expired_at }: Command, now: number): string | null {
  if (log_expired_at !== null) return `removed ${relativeTime(log_expired_at, now)}`
  return truncated ? 'cut at its limit' : null
}

function artifactsText({ artifacts }: Command): string | null {
  if (artifacts === null) return null
  const { collected, left_out, left_out_paths } = artifacts
  const told = left_out_paths.map(({ path, reason }) => `${reason.replaceAll('_', ' ')}: ${path}`)
  const rest = left_out > told.length ? [`and ${left_out - told.length} more`] : []
  return [`${collected} kept${left_out === 0 ? '' : `, ${left_out} left out`}`, ...told, ...rest].join('\n')
}

function processorText({ user_seconds, system_seconds }: CommandUsage): string | null {
  if (user_seconds === null || system_seconds === null) return null
  return `${duration(user_seconds)} user, ${duration(system_seconds)} system`
}

function limitsText({ memory, processes, file_size, output }: Command['limits']): string {
  return [
    memory === null ? [] : `${sizeText(memory)} of memory`,
    processes === null ? [] : `${processes} processes`,
    file_size === null ? [] : `${sizeText(file_size)} a file`,
    output === null ? [] : `${sizeText(output)} of output`,
  ]
    .flat()
    .join(', ')
}

export function tookText({ started_at, ended_at }: Command, now: number): string | null {
  if (started_at === null) return null
  const end = ended_at === null ? now : Date.parse(ended_at)
  return duration(Math.max(0, (end - Date.parse(started_at)) / 1_000))
}
