import { join } from 'node:path'
import type {
  CommandId,
  DebugSessionId,
  EnvironmentId,
  RepositoryId,
  SessionId,
  WorktreeId,
} from '../contract/ids.ts'
import type { LogStream } from '../contract/log-message.ts'

/**
 * Where the files lie that the store's rows speak of, below the data directory. Ids are parsed before they come here,
 * so no name can lead out of it.
 */
export const dataFiles = (root: string) => {
  const session = (id: SessionId) => join(root, 'sessions', id)
  const command = (sessionId: SessionId, id: CommandId) => join(session(sessionId), 'commands', id)
  /** What tells of one attempt to run a command; those of an earlier one stay, so that none is taken for another. */
  const attempt = (sessionId: SessionId, id: CommandId, nth: number) =>
    nth <= 1 ? command(sessionId, id) : join(command(sessionId, id), `attempt-${nth}`)
  const environment = (id: EnvironmentId) => join(root, 'environments', id)
  const pooled = (id: WorktreeId) => join(root, 'worktrees', id)
  return {
    root,
    /** The bare mirror of a repository. */
    mirror: (id: RepositoryId) => join(root, 'repositories', `${id}.git`),
    /** The bare mirrors of the submodules of a repository, each by its key: see `find-mirror.ts` of the runner. */
    submodules: join(root, 'submodules'),
    submodulesOf: (id: RepositoryId) => join(root, 'submodules', id),
    submodule: (id: RepositoryId, key: string) => join(root, 'submodules', id, `${key}.git`),
    /** Everything that belongs to one session: worktree, home, temporary files, commands. */
    session,
    worktree: (id: SessionId) => join(session(id), 'worktree'),
    home: (id: SessionId) => join(session(id), 'home'),
    temporary: (id: SessionId) => join(session(id), 'tmp'),
    /** The pool: of each worktree a directory, with the files that are checked out and git's index of them. */
    worktrees: join(root, 'worktrees'),
    pooled,
    /** The files, unless a session has them; see `worktree`. */
    checkout: (id: WorktreeId) => join(pooled(id), 'checkout'),
    /** Of what was checked out last. Out of every session's reach, so that it can be believed. */
    index: (id: WorktreeId) => join(pooled(id), 'index'),
    /** Of its directories, when it was scrubbed last. */
    stamps: (id: WorktreeId) => join(pooled(id), 'stamps'),
    /** Where a session's directory is moved before it is removed: nobody makes a name there twice. */
    discarded: join(root, 'discarded'),
    /** All that belongs to one environment; `project`: the files that it is built from, where its build runs. */
    environments: join(root, 'environments'),
    environment,
    project: (id: EnvironmentId) => join(environment(id), 'project'),
    /** The home of programs while they are asked for their versions: no session's, for they run outside of any sandbox. */
    toolHome: join(root, 'tool-home'),
    /** The programs opencode that were fetched for all sessions, which may read them. */
    opencode: join(root, 'opencode'),
    /** Where the files that an environment is built from wait until its build begins. */
    stages: (id: SessionId) => join(session(id), 'stages'),
    stage: (sessionId: SessionId, id: EnvironmentId) => join(session(sessionId), 'stages', id),
    /** Home and temporary files of a build: no other build, and no command of the session, has them. */
    buildHome: (sessionId: SessionId, id: EnvironmentId) => join(session(sessionId), 'stages', `${id}.home`),
    buildTemporary: (sessionId: SessionId, id: EnvironmentId) =>
      join(session(sessionId), 'stages', `${id}.tmp`),
    /** A patch, by the SHA-256 of its bytes. */
    patch: (sha256: string) => join(root, 'patches', `${sha256}.patch`),
    command,
    /** The record of a debug session: the earlier file, where there is one, and the later; see `record-file.ts` of the runner. */
    debugRecord: (sessionId: SessionId, id: DebugSessionId) => ({
      earlier: join(session(sessionId), 'debug', `${id}.1.ndjson`),
      later: join(session(sessionId), 'debug', `${id}.ndjson`),
    }),
    /** What was kept of a command's files, by the SHA-256 of the bytes. */
    artifacts: (sessionId: SessionId, id: CommandId) => join(command(sessionId, id), 'artifacts'),
    artifact: (sessionId: SessionId, id: CommandId, sha256: string) =>
      join(command(sessionId, id), 'artifacts', sha256),
    log: (sessionId: SessionId, id: CommandId, stream: LogStream) =>
      join(command(sessionId, id), `${stream}.log`),
    /** The same once it is compressed, which it is some time after its command has ended. */
    compressedLog: (sessionId: SessionId, id: CommandId, stream: LogStream) =>
      join(command(sessionId, id), `${stream}.log.zst`),
    /** What the debugger of a debuggee has said, one JSON object a line: see `debugger-message.ts` of the contract. */
    debuggerMessages: (sessionId: SessionId, id: CommandId) =>
      join(command(sessionId, id), 'debugger.ndjson'),
    /** Where the control groups of commands are made. */
    cgroups: join(root, 'cgroups.json'),
    /** Held by the runner that compresses and removes old logs. */
    logKeeping: join(root, 'log-keeping.lock'),
    /** What it reads on its standard input. */
    input: (sessionId: SessionId, id: CommandId) => join(command(sessionId, id), 'stdin'),
    attempt,
    /** `PID START` of the wrapper, written by it before the program starts. */
    process: (sessionId: SessionId, id: CommandId, nth = 1) => join(attempt(sessionId, id, nth), 'process'),
    /** Processor time of what the wrapper has waited for, written by it before the exit code. */
    times: (sessionId: SessionId, id: CommandId, nth = 1) => join(attempt(sessionId, id, nth), 'times'),
    /** Through which its terminal is typed into, as long as it runs: a named pipe. */
    terminal: (sessionId: SessionId, id: CommandId, nth = 1) => join(attempt(sessionId, id, nth), 'terminal'),
    /** What bubblewrap tells of the program inside: see `hasBegun`. */
    sandboxStatus: (sessionId: SessionId, id: CommandId, nth = 1) =>
      join(attempt(sessionId, id, nth), 'sandbox'),
    /** The exit code, written atomically by the wrapper when the program has ended. */
    exitStatus: (sessionId: SessionId, id: CommandId, nth = 1) => join(attempt(sessionId, id, nth), 'exit'),
  }
}

export type DataFiles = ReturnType<typeof dataFiles>
