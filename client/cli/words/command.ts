import type { Command } from '../../../services/contract/resources.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { tookText } from '../render/command.ts'
import { commandText } from '../render/command-text.ts'
import { statusColour } from '../render/paint.ts'
import { type Column, table } from '../render/table.ts'
import type { Words } from './words.ts'

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
    columns: { value: 'N' },
    rows: { value: 'N' },
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
    '@last --tty -- bash',
    '@last --after cmd_0123 --after cmd_0456 -- make install',
    '@last --artifact "reports/**/*.xml" --artifact core -- make test',
  ],
  act: () => import('../acts/command-run.ts'),
}

export const commandList: Words<'commands.list'> = {
  path: ['command', 'list'],
  places: ['session'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['@last', 'ses_0123 --all --json'],
  act: listCall(
    ({ commands }) => commands.list,
    (commands, context) =>
      commands.length === 0 ? 'no commands\n' : table(commands, columns(context.now), context),
  ),
}

export const commandGet: Words<'commands.get'> = {
  path: ['command', 'get'],
  places: ['command'],
  flags: { wait: { read: 'seconds', value: 'DURATION' } },
  extras: [
    {
      name: 'attach',
      describe: 'connect this terminal with its own until it ends; Ctrl+] leaves it running',
    },
  ],
  examples: ['cmd_0123', 'cmd_0123 --wait 1m --json', 'cmd_0123 --attach'],
  act: () => import('../acts/command-get.ts'),
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

export const commandInput: Words<'commands.input'> = {
  path: ['command', 'input'],
  places: ['command'],
  flags: { base64: { value: 'BASE64' } },
  examples: ['cmd_0123 --text "$(printf \'print(1)\\r\')"'],
  act: oneCall('commands.input', ({ taken }) => `${taken} bytes were typed\n`),
}

export const commandResize: Words<'commands.resize'> = {
  path: ['command', 'resize'],
  places: ['command'],
  flags: { columns: { value: 'N' }, rows: { value: 'N' } },
  examples: ['cmd_0123 --columns 120 --rows 40'],
  act: oneCall('commands.resize', ({ columns, rows }) => `${columns} columns, ${rows} rows\n`),
}
