import { sizeText } from '../../../lib/byte-count.ts'
import type { CommandUsage } from '../../../services/contract/command-limits.ts'
import type { Command } from '../../../services/contract/resources.ts'
import { oneCall } from '../one-call.ts'
import { commandText } from '../render/command-text.ts'
import { details } from '../render/details.ts'
import { statusColour } from '../render/paint.ts'
import { duration, relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import type { RenderContext, Words } from './words.ts'

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

function tookText({ started_at, ended_at }: Command, now: number): string | null {
  if (started_at === null) return null
  const end = ended_at === null ? now : Date.parse(ended_at)
  return duration(Math.max(0, (end - Date.parse(started_at)) / 1_000))
}

const columns = (now: number): Column<Command>[] => [
  { title: '#', cell: row => String(row.sequence) },
  { title: 'ID', cell: row => row.id },
  { title: 'STATUS', cell: row => row.status, colour: row => statusColour(row.status) },
  { title: 'EXIT', cell: row => String(row.exit_code ?? '-') },
  { title: 'TOOK', cell: row => tookText(row, now) ?? '-' },
  { title: 'COMMAND', cell: row => commandText(row.command), flexible: true },
]

const followFlag = { name: 'follow', describe: 'print its output as it is written; ends with its exit code' }

export const commandRun: Words<'commands.run'> = {
  path: ['command', 'run'],
  places: ['session'],
  rest: {
    field: 'command',
    value: 'PROGRAM ARGUMENTS',
    describe: 'the program and its arguments, run without a shell',
  },
  flags: {
    command: { name: 'shell', value: 'LINE', describe: 'a line for the shell, instead of a program' },
    environment: { name: 'env', value: 'NAME=VALUE' },
    timeout: { read: 'seconds', value: 'DURATION' },
    after: { value: 'COMMAND' },
    memory_limit: { read: 'bytes', value: 'SIZE' },
    process_limit: { value: 'N' },
    file_size_limit: { read: 'bytes', value: 'SIZE' },
    output_limit: { read: 'bytes', value: 'SIZE' },
    stdin: { value: 'FILE', read: 'file', describe: 'a file that it reads as its standard input' },
    artifacts: { name: 'artifact', value: 'PATTERN' },
    wait: { read: 'seconds', value: 'DURATION' },
  },
  extras: [followFlag],
  examples: [
    '@last --follow -- git status --short',
    '@last --directory src --env DEBUG=1 --timeout 10m -- make test',
    '@last --shell "make 2>&1 | tail -5" --follow',
    '@last --memory-limit 2G --process-limit 100 -- make -j8',
    '@last --stdin data.json --merge --follow -- python3 load.py',
    '@last --after cmd_0123 --after cmd_0456 -- make install',
    '@last --artifact "reports/**/*.xml" --artifact core -- make test',
  ],
  act: () => import('../acts/command-run.ts'),
}

export const commandList: Words<'commands.list'> = {
  path: ['command', 'list'],
  places: ['session'],
  examples: ['@last', 'ses_0123 --json'],
  act: oneCall('commands.list', (commands, context) =>
    commands.length === 0 ? 'no commands\n' : table(commands, columns(context.now), context),
  ),
}

export const commandGet: Words<'commands.get'> = {
  path: ['command', 'get'],
  places: ['command'],
  flags: { wait: { read: 'seconds', value: 'DURATION' } },
  examples: ['cmd_0123', 'cmd_0123 --wait 1m --json'],
  act: oneCall('commands.get', renderCommand),
}

export const commandCancel: Words<'commands.cancel'> = {
  path: ['command', 'cancel'],
  places: ['command'],
  flags: { wait: { read: 'seconds', value: 'DURATION', default: '30s' } },
  examples: ['cmd_0123', 'cmd_0123 --wait 0'],
  act: oneCall('commands.cancel', ({ id, status }) => `${id} ${status}\n`),
}

export const commandRerun: Words<'commands.rerun'> = {
  path: ['command', 'rerun'],
  places: ['command'],
  flags: { wait: { read: 'seconds', value: 'DURATION' } },
  extras: [followFlag],
  examples: ['cmd_0123 --follow', 'cmd_0123 --wait 1m --json'],
  act: () => import('../acts/command-rerun.ts'),
}
