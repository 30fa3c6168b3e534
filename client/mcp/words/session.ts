import { items } from '../readers/items.ts'
import { logs } from '../readers/logs.ts'
import { whole } from '../readers/whole.ts'
import type { Words } from './words.ts'

export const sessionCreate: Words<'sessions.create'> = {
  tool: 'session_create',
  title: 'Open a session',
  description:
    'Open a session: a fresh worktree of a registered repository at a commit, optionally with a patch (a unified diff) applied and with commands run one after the other. Returns the session with its id; "running" means that the worktree is ready, "failed" tells why. The commands go on in the background: read their output with session_logs and their exit codes with session_commands, or stop in a program with debug_launch.',
  defaults: { wait: 20 },
  reader: whole('sessions.create'),
}

export const sessionGetOrCreate: Words<'sessions.get_or_create'> = {
  tool: 'session_get_or_create',
  title: 'Get a session, opened where there is none',
  description:
    'Get your latest session of a repository with this commit, patch and label, so that it runs: the one that does, a stopped one resumed with all that was changed in it, or a new one. Use it with a label of your own to come back to your work; session_create always opens a fresh one. Commands, secrets and the like are for a new one alone.',
  defaults: { wait: 20 },
  reader: whole('sessions.get_or_create'),
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

export const sessionList: Words<'sessions.list'> = {
  tool: 'session_list',
  title: 'List sessions',
  description:
    'The sessions of this user, newest first, each with its status, repository and commit. Use it to find a session that was opened earlier, or those that can be stopped.',
  reader: items('sessions.list'),
}

export const sessionStop: Words<'sessions.stop'> = {
  tool: 'session_stop',
  title: 'Stop a session',
  description:
    'End the commands of a session that is not needed for now; its worktree and logs stay, and session_resume has it go on. Sessions that run count against a limit: stop those that you are done with.',
  defaults: { wait: 20 },
  idempotent: true,
  destructive: true,
  reader: whole('sessions.stop'),
}

export const sessionDelete: Words<'sessions.delete'> = {
  tool: 'session_delete',
  title: 'Delete a session',
  description:
    'Stop a session and remove its worktree, its logs and its artifacts for good. Only for a session that you have opened yourself and have no more use for; session_stop keeps everything.',
  defaults: { wait: 20 },
  reader: whole('sessions.delete'),
}
