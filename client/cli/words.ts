import { artifactDownload, artifactGet, artifactList } from './words/artifact.ts'
import { auditList } from './words/audit.ts'
import {
  commandCancel,
  commandGet,
  commandInput,
  commandList,
  commandRerun,
  commandResize,
  commandRun,
} from './words/command.ts'
import {
  debugBreak,
  debugContinue,
  debugEvaluate,
  debugLaunch,
  debugList,
  debugNext,
  debugOutput,
  debugPause,
  debugScopes,
  debugStack,
  debugStatus,
  debugStepIn,
  debugStepOut,
  debugTerminate,
  debugThreads,
  debugVariables,
} from './words/debug.ts'
import { environmentDelete, environmentList } from './words/environment.ts'
import { events } from './words/events.ts'
import {
  repositoryAdd,
  repositoryDelete,
  repositoryFetch,
  repositoryGet,
  repositoryList,
} from './words/repository.ts'
import {
  sessionActivity,
  sessionCreate,
  sessionDelete,
  sessionGet,
  sessionList,
  sessionLogs,
  sessionResume,
  sessionStop,
} from './words/session.ts'
import { tokenCreate, tokenList, tokenRevoke, whoami } from './words/token.ts'
import type { CliName, Words } from './words/words.ts'
import { worktreeList, worktreeReclaim } from './words/worktree.ts'

/** The words of every operation that the contract gives to the CLI; one that is missing does not compile. */
export const words: { readonly [Name in CliName]: Words<Name> } = {
  'server.whoami': whoami,
  'repositories.add': repositoryAdd,
  'repositories.list': repositoryList,
  'repositories.get': repositoryGet,
  'repositories.fetch': repositoryFetch,
  'repositories.delete': repositoryDelete,
  'sessions.create': sessionCreate,
  'sessions.list': sessionList,
  'sessions.get': sessionGet,
  'sessions.logs': sessionLogs,
  'sessions.stop': sessionStop,
  'sessions.resume': sessionResume,
  'sessions.activity': sessionActivity,
  'sessions.delete': sessionDelete,
  'worktrees.list': worktreeList,
  'worktrees.reclaim': worktreeReclaim,
  'commands.run': commandRun,
  'commands.list': commandList,
  'commands.get': commandGet,
  'commands.cancel': commandCancel,
  'commands.rerun': commandRerun,
  'commands.input': commandInput,
  'commands.resize': commandResize,
  'artifacts.list': artifactList,
  'artifacts.get': artifactGet,
  'artifacts.download': artifactDownload,
  'environments.list': environmentList,
  'environments.delete': environmentDelete,
  'debug.launch': debugLaunch,
  'debug.list': debugList,
  'debug.status': debugStatus,
  'debug.break': debugBreak,
  'debug.continue': debugContinue,
  'debug.next': debugNext,
  'debug.step_in': debugStepIn,
  'debug.step_out': debugStepOut,
  'debug.pause': debugPause,
  'debug.stack': debugStack,
  'debug.variables': debugVariables,
  'debug.evaluate': debugEvaluate,
  'debug.threads': debugThreads,
  'debug.scopes': debugScopes,
  'debug.output': debugOutput,
  'debug.terminate': debugTerminate,
  'events.follow': events,
  'tokens.create': tokenCreate,
  'tokens.list': tokenList,
  'tokens.revoke': tokenRevoke,
  'audit.list': auditList,
}

/** What the top-level help says of each group; the commands in it come from `words`. */
export const groups: Readonly<Record<string, string>> = {
  repository: 'the repositories that sessions are opened on',
  session: 'worktrees of a repository at a commit, with a patch',
  worktree: 'what sessions work in, and what is kept of it for others',
  command: "what runs in a session's worktree",
  artifact: 'files that commands have left behind',
  environment: "what is installed of a repository's dependencies",
  debug: 'stop in running code',
  token: 'who may use the server',
  config: 'the settings of this client and of a clone',
  server: 'other words for the same',
}
