import { commandCancel, commandGet, commandList, commandRun } from './words/command.ts'
import { repositoryAdd, repositoryGet, repositoryList } from './words/repository.ts'
import {
  sessionCreate,
  sessionDelete,
  sessionGet,
  sessionList,
  sessionLogs,
  sessionStop,
} from './words/session.ts'
import { tokenCreate, tokenList, tokenRevoke, whoami } from './words/token.ts'
import type { CliName, Words } from './words/words.ts'

/** The words of every operation that the contract gives to the CLI; one that is missing does not compile. */
export const words: { readonly [Name in CliName]: Words<Name> } = {
  'server.whoami': whoami,
  'repositories.add': repositoryAdd,
  'repositories.list': repositoryList,
  'repositories.get': repositoryGet,
  'sessions.create': sessionCreate,
  'sessions.list': sessionList,
  'sessions.get': sessionGet,
  'sessions.logs': sessionLogs,
  'sessions.stop': sessionStop,
  'sessions.delete': sessionDelete,
  'commands.run': commandRun,
  'commands.list': commandList,
  'commands.get': commandGet,
  'commands.cancel': commandCancel,
  'tokens.create': tokenCreate,
  'tokens.list': tokenList,
  'tokens.revoke': tokenRevoke,
}

/** What the top-level help says of each group; the commands in it come from `words`. */
export const groups: Readonly<Record<string, string>> = {
  repository: 'the repositories that sessions are opened on',
  session: 'worktrees of a repository at a commit, with a patch',
  command: "what runs in a session's worktree",
  token: 'who may use the server',
  config: 'where this client finds its server',
  server: 'other words for the same',
}
