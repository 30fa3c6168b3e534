import { items } from '../readers/items.ts'
import { whole } from '../readers/whole.ts'
import type { Words } from './words.ts'

const thenWhat =
  'Returns the command with its id, status and exit code. Where status is still "queued" or "running" after the wait, it goes on: wait on with command_info, read what it writes with session_logs, or end it with command_cancel.'
const wait = 30

export const commandRun: Words<'commands.run'> = {
  tool: 'command_run',
  title: 'Run a command',
  description: `Run a shell line, or a program with its arguments, in the worktree of a running session. ${thenWhat} Its output is in session_logs with this command's id. Name reports that it writes in artifacts, to read them with artifact_list and artifact_read.`,
  defaults: { wait },
  reader: whole('commands.run'),
}

export const commandInfo: Words<'commands.get'> = {
  tool: 'command_info',
  title: 'Look at a command',
  description:
    'The status and exit code of a command, why it failed if it did, and what it used. With wait it answers as soon as the command has ended.',
  reader: whole('commands.get'),
}

export const commandCancel: Words<'commands.cancel'> = {
  tool: 'command_cancel',
  title: 'End a command',
  description:
    'End a command with everything it started, for example one that hangs; one that has ended stays as it is. Returns how it ended; its output stays in session_logs.',
  defaults: { wait },
  idempotent: true,
  destructive: true,
  reader: whole('commands.cancel'),
}

export const commandRerun: Words<'commands.rerun'> = {
  tool: 'command_rerun',
  title: 'Run a command again',
  description: `Run a command of a session once more, as a new command with an id of its own: the same line, directory, environment and limits. ${thenWhat}`,
  defaults: { wait },
  reader: whole('commands.rerun'),
}

export const commandInput: Words<'commands.input'> = {
  tool: 'command_input',
  title: "Type into a command's terminal",
  description:
    'Type text, or bytes as base64, into a running command that was started by command_run with tty; end a line with "\n". Returns how many bytes were taken. What the program answers comes in session_logs.',
  reader: whole('commands.input'),
}

export const sessionCommands: Words<'commands.list'> = {
  tool: 'session_commands',
  title: "List a session's commands",
  description:
    'The commands of a session in order, each with its id, status and exit code: which ran, which failed and why. Their output is in session_logs.',
  reader: items('commands.list'),
}
