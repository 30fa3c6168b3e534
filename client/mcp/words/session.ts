import { list } from '../readers/list.ts'
import { logs } from '../readers/logs.ts'
import { whole } from '../readers/whole.ts'
import type { Words } from './words.ts'

export const repositoryInit: Words<'repositories.add'> = {
  tool: 'repository_init',
  title: 'Register a repository',
  description:
    'Register a git repository so that sessions can be opened on it, and wait until it has been fetched. Needed once for each repository; doing it again changes nothing. Returns its name and status: "ready" can be used in session_create, "pending" is still being fetched (call again), "failed" tells why.',
  defaults: { wait: 20 },
  idempotent: true,
  openWorld: true,
  reader: whole('repositories.add'),
}

export const sessionCreate: Words<'sessions.create'> = {
  tool: 'session_create',
  title: 'Open a session',
  description:
    'Open a session: a fresh worktree of a registered repository at a commit, optionally with a patch (a unified diff) applied and with commands run one after the other. Returns the session with its id; "running" means that the worktree is ready, "failed" tells why. The commands go on in the background: read their output with session_logs and their exit codes with session_commands, or stop in a program with debug_launch.',
  defaults: { wait: 20 },
  reader: whole('sessions.create'),
}

export const sessionResume: Words<'sessions.resume'> = {
  tool: 'session_resume',
  title: 'Resume a session',
  description:
    'Have a session that was stopped, perhaps because nothing happened in it for long, go on in its worktree with all that was changed there. Returns the session: "running" means that it takes commands again, "failed" tells why it cannot.',
  defaults: { wait: 20 },
  idempotent: true,
  reader: whole('sessions.resume'),
}

export const sessionInfo: Words<'sessions.get'> = {
  tool: 'session_info',
  title: 'Look at a session',
  description:
    'The state of a session: its status, repository, commit, and why it failed if it did. With wait it answers as soon as the session has started or stopped.',
  reader: whole('sessions.get'),
}

export const sessionLogs: Words<'sessions.logs'> = {
  tool: 'session_logs',
  title: "Read a session's output",
  description:
    'What the commands of a session have written, debuggees included. Without offset: the end of it, which tells most after a failure. With offset 0: from the beginning, in parts; go on with the cursor until there is none. Messages are output (by command and stream, with its byte offset; bytes that are no UTF-8 come as base64), command (its status and exit code) and end (no more will come). While a command runs there is a cursor for what it writes next; with follow the call waits up to 20 seconds for it.',
  fields: {
    offset: 'first byte wanted; above 0 it needs command and stream; default: the end of the log',
    follow: 'wait up to 20 seconds where there is no new output yet',
  },
  reader: logs,
}

export const sessionCommands: Words<'commands.list'> = {
  tool: 'session_commands',
  title: "List a session's commands",
  description:
    'The commands of a session in order, each with its id, status and exit code: which ran, which failed and why. Their output is in session_logs.',
  reader: list('commands.list'),
}
