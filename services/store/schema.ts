import type { Generated } from 'kysely'
import type { ArtifactKind } from '../contract/artifact-resources.ts'
import type { LimitEnforcement } from '../contract/command-limits.ts'
import type { CommandStatus } from '../contract/command-state.ts'
import type { DebugShareRole } from '../contract/debug-share.ts'
import type { EnvironmentManager, EnvironmentStatus } from '../contract/environment-state.ts'
import type {
  ArtifactId,
  CommandId,
  EnvironmentId,
  InstanceId,
  RepositoryId,
  RunnerToken,
  SessionId,
  ShareId,
  SignInId,
  TokenId,
  UserId,
  WorktreeId,
} from '../contract/ids.ts'
import type { Isolation } from '../contract/isolation.ts'
import type { RepositoryStatus } from '../contract/repository-state.ts'
import type { SessionEndReason, SessionStatus } from '../contract/session-state.ts'
import type { SubmoduleChoice } from '../contract/submodules.ts'
import type { UserRole } from '../contract/user-role.ts'
import type { WorktreeStatus } from '../contract/worktree-state.ts'
import type { DebugSessionRow } from './debug-session-row.ts'
import type { IdempotencyKeyRow } from './idempotency-key-row.ts'
import type { LogState } from './log-state.ts'
import type { InviteRow, RefreshTokenRow, SignInRow, SigningKeyRow, TicketRow } from './sign-in-rows.ts'

/**
 * One row type a table, as the database holds it. Instants are ISO 8601 text in UTC; columns named `…_json` hold JSON
 * that the query modules write and parse; booleans are 0 and 1. Nothing here needs more than SQLite and PostgreSQL share.
 */

export type RepositoryRow = {
  id: RepositoryId
  name: string
  url: string
  default_branch: string | null
  status: RepositoryStatus
  failure_json: string | null
  /** The runner that fetches it: its lease. Null while nobody does. */
  runner_token: RunnerToken | null
  created_at: string
  /** When a fetch last succeeded; and when the last one failed, if it did. */
  fetched_at: string | null
  failed_at: string | null
  /** How many fetches have failed since one succeeded. */
  failures: number
  /** When it is to be fetched by itself; null where that was not planned. */
  next_fetch_at: string | null
  /** When it was added, a fetch of it asked for, or a session of it created last. */
  used_at: string
  /** How many fetches were asked for, and how many of these have been done. */
  fetches_wanted: number
  fetches_done: number
  /** 1 once it is to be removed. */
  removal_requested: number
}

export type SessionRow = {
  /** The order of creation; `@last` is the highest. */
  position: Generated<number>
  id: SessionId
  repository_id: RepositoryId
  owner_id: UserId
  revision: string | null
  /** What its owner calls it by; several of theirs may be called the same. */
  label: string | null
  commit_id: string | null
  patch_sha256: string | null
  /** 1: the patch may be merged where it does not fit. */
  three_way: number
  status: SessionStatus
  failure_json: string | null
  /** 1 once it is to be removed; it is stopped first. */
  delete_requested: number
  /** The runner that starts, stops or removes it: its lease. Null while nobody does. */
  runner_token: RunnerToken | null
  created_at: string
  /** When it ran first: there is a worktree since then. */
  started_at: string | null
  ended_at: string | null
  /** Who ended it, from when it is stopping on. */
  end_reason: SessionEndReason | null
  /** 1: without network. */
  offline: number
  /** Null until it has run. */
  isolation: Isolation | null
  /** How long it may live since it was created or resumed; 0: any time. */
  ttl_seconds: number
  expires_at: string | null
  /** How long nothing may happen in it; 0: any time. */
  idle_timeout_seconds: number
  last_active_at: string
  /** Until then it is not looked at whether it is idle. Null where that may be. */
  idle_check_at: string | null
  /** Which environments it is to have. */
  environment_json: string
  submodule_choice: SubmoduleChoice
  /** Those that it has, with their mirrors; empty until that is known. */
  submodules_json: string
  /** Of the request that created it: what a trace is handed on by. Null where that was not traced. */
  trace_json: string | null
}

/** A worktree of a repository, in a session's hands or in the pool. */
export type WorktreeRow = {
  id: WorktreeId
  repository_id: RepositoryId
  status: WorktreeStatus
  /** Whose it is while it is leased; null otherwise. */
  session_id: SessionId | null
  /** The runner that scrubs or removes it: its lease. While it is leased, that of its session counts. */
  runner_token: RunnerToken | null
  /** What was checked out last; null before it was. */
  commit_id: string | null
  /** In which boot of the machine its files were written; null where that is not known. */
  boot_id: string | null
  /** What it took on disk when it was scrubbed last; null before. */
  bytes: number | null
  created_at: string
  /** When a session got it, or gave it back. */
  last_used_at: string
}

export type CommandRow = {
  id: CommandId
  session_id: SessionId
  sequence: number
  /** The commands that must have succeeded before this one starts, as `command_dependencies` has them, too. */
  after_json: string
  command_json: string
  directory: string
  environment_json: string
  timeout_seconds: number | null
  /** 1 where it may run twice, says its client. */
  idempotent: number
  /** How often it has been started. */
  attempts: number
  /** The command that it repeats. */
  rerun_of: CommandId | null
  /** The environment that it builds, where it does. */
  environment_id: EnvironmentId | null
  /** 1 where a debug session has it under its debugger. */
  debuggee: number
  /** The app that it is, by its name; null of any other command. */
  app: string | null
  /** Where it listens, if that is a port: of an app alone, once it is launched. */
  app_port: number | null
  /** When it was found to answer first. */
  app_ready_at: string | null
  /** 1 where both of its streams go into one file, which is that of stdout. */
  merge: number
  /** The size of its terminal at the start; null without one. */
  terminal_columns: number | null
  terminal_rows: number | null
  limits_json: string
  /** How its limits on memory and processes are kept; null before it has started. */
  enforcement: LimitEnforcement | null
  /** 1 where its logs were cut at its output limit. */
  truncated: number
  /** Null until it has ended, and where nobody could tell. */
  usage_json: string | null
  /** Patterns of the files to keep when it has ended. Null without. */
  artifacts_json: string | null
  /** What became of that wish. Null until it has ended. */
  collection_json: string | null
  status: CommandStatus
  cancel_requested: number
  /** The runner that runs it: its lease. Null before and after, and while its runner is gone. */
  runner_token: RunnerToken | null
  exit_code: number | null
  failure_json: string | null
  /** Sizes of its logs when it ended: what is read ends there. Null while it runs. */
  stdout_bytes: number | null
  stderr_bytes: number | null
  /** What has become of its logs: see log-state.ts. */
  log_state: LogState
  /** What its logs take on disk. Null until they are `stored`. */
  log_stored_bytes: number | null
  /** When its logs were removed, for their age or for room. */
  log_expired_at: string | null
  created_at: string
  started_at: string | null
  ended_at: string | null
  /** Of the request that queued it: what a trace is handed on by. Null where that was not traced. */
  trace_json: string | null
}

/** That a command waits for an earlier one of its session. */
export type CommandDependencyRow = { command_id: CommandId; earlier_id: CommandId }

/** What a command finds on its standard input; one without a row finds nothing there. */
export type CommandInputRow = { command_id: CommandId; stdin: string }

/** A file that was kept of a command that has ended. Its bytes lie in `DataFiles.artifact`. */
export type ArtifactRow = {
  id: ArtifactId
  session_id: SessionId
  command_id: CommandId
  path: string
  bytes: number
  sha256: string
  media_type: string
  kind: ArtifactKind
  summary_json: string | null
  created_at: string
}

/** What is installed of a repository's dependencies. Its files lie in `DataFiles.environment`, never those of another. */
export type EnvironmentRow = {
  id: EnvironmentId
  /** Null once the repository is gone: nobody can have it any more. */
  repository_id: RepositoryId | null
  /** Whose sessions may have it. */
  owner_id: UserId
  manager: EnvironmentManager
  /** SHA-256 of all that it is built from. Of those with the same one, one alone is being built or ready. */
  key: string
  status: EnvironmentStatus
  failure_json: string | null
  /** What builds it. */
  command_id: CommandId | null
  /** Null until it has been measured. */
  bytes: number | null
  created_at: string
  /** When a session has begun to have it last. */
  used_at: string
}

/** That a session has an environment, or waits for it. `position`: whose programs are found first. */
export type SessionEnvironmentRow = {
  session_id: SessionId
  environment_id: EnvironmentId
  position: number
}

/** Who owns sessions and environments, and bears tokens. */
export type UserRow = {
  id: UserId
  /** There is no other of this name, whatever its case. */
  name: string
  role: UserRole
  display_name: string | null
  /** See `api/passwords/`; null: nobody can sign in as them. */
  password_hash: string | null
  /** What marks of this user's secrets are made with; told to nobody. See `secretsMark`. */
  secrets_key: string
  created_at: string
  /** From then on each of their tokens and sign-ins is worthless. Null where they may use the server. */
  disabled_at: string | null
}

export type TokenRow = {
  id: TokenId
  user_id: UserId
  /** Of a user's tokens that are not revoked, one alone has it. */
  name: string
  /** SHA-256 of the secret, hexadecimal. */
  secret_sha256: string
  scopes_json: string
  created_at: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
  /** The token of the same user that it was made with, and ends with. */
  made_with: TokenId | null
  /** It opens the debuggers of this session, as far as its scopes say, and nothing else. Null of any other token. */
  viewer_of: SessionId | null
  /** The servers behind the MCP gateway that it opens. Null: any. */
  mcp_servers_json: string | null
}

/** What a user may do with the debuggers of a session of another. One for each. */
export type DebugRoleRow = {
  id: ShareId
  session_id: SessionId
  user_id: UserId
  role: DebugShareRole
  created_at: string
  expires_at: string
}

/** A running service, as it registered itself. Removed when it ends in order; a leftover row names a pid to look at. */
export type ServiceInstanceRow = {
  id: InstanceId
  service: string
  pid: number
  /** With the pid it names one process for good: see lib/processes. */
  process_started: string
  /** A URL, or the path of a unix socket. */
  address: string
  started_at: string
}

/** A runner that may hold leases. Gone with its leases when it ends, or when another runner finds that it is gone. */
export type RunnerRow = {
  /** The fencing token: the later a runner has registered, the higher. */
  token: Generated<RunnerToken>
  instance_id: InstanceId
  /** Where `pid` means something. */
  host: string
  pid: number
  process_started: string
  /** The mark of the helpers that it starts, such as git; never of commands. */
  process_scope: string
  /** Counts its heartbeats. One that has not changed for `term_ms`, measured by whoever looks, has expired. */
  beats: number
  term_ms: number
  /** For people. Nothing compares it, for clocks are set. */
  renewed_at: string
}

/** A table of its own, so that no query for a session brings a secret along. */
export type SessionSecretRow = {
  session_id: SessionId
  /** Of the environment variable. */
  name: string
  value: string
}

/** That a thing has changed, at the position of its latest change. Written by triggers, but of a new command with it: see migrations 0010 and 0039. */
export type ChangeRow = {
  position: Generated<number>
  kind: 'session' | 'command' | 'repository' | 'removed'
  resource_id: string
  /** That it belongs to, or is; null of a repository. */
  session_id: SessionId | null
  /** Who may see it; null: everybody. */
  owner_id: UserId | null
}

/** One row: what sessions were removed up to this position is not known any more. */
export type ChangeHorizonRow = { id: number; position: number }

/** That somebody had something changed, or was not let in. */
export type AuditRow = {
  position: Generated<number>
  at: string
  /** Who, and with which token or sign-in; of who was not let in nothing is known. */
  actor_id: UserId | null
  actor_token_id: TokenId | null
  actor_sign_in_id: SignInId | null
  /** The name of an operation. */
  operation: string
  /** 1: it was not done. */
  refused: Generated<number>
  address: string | null
  request_id: string | null
  /** What it was about, which may be gone. */
  repository_id: string | null
  session_id: string | null
  command_id: string | null
  token_id: string | null
  user_id: string | null
  invite_id: string | null
}

export type Schema = {
  repositories: RepositoryRow
  sessions: SessionRow
  worktrees: WorktreeRow
  commands: CommandRow & { change_position: number | null }
  command_dependencies: CommandDependencyRow
  command_inputs: CommandInputRow
  session_secrets: SessionSecretRow
  artifacts: ArtifactRow
  environments: EnvironmentRow
  session_environments: SessionEnvironmentRow
  debug_sessions: DebugSessionRow
  debug_roles: DebugRoleRow
  users: UserRow
  tokens: TokenRow
  sign_ins: SignInRow
  refresh_tokens: RefreshTokenRow
  signing_keys: SigningKeyRow
  tickets: TicketRow
  invites: InviteRow
  service_instances: ServiceInstanceRow
  runners: RunnerRow
  changes: ChangeRow
  change_horizon: ChangeHorizonRow
  audit: AuditRow
  idempotency_keys: IdempotencyKeyRow
}
