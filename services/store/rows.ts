import { z } from 'zod'
import { toInstant } from '../../lib/clock.ts'
import {
  type Artifact,
  artifactGlob,
  collectionSchema,
  coreSummarySchema,
  junitSummarySchema,
} from '../contract/artifact-resources.ts'
import { type AuditEntry, auditEntrySchema } from '../contract/audit-entry.ts'
import { commandLimitsSchema, commandUsageSchema } from '../contract/command-limits.ts'
import { commandFailureSchema, commandHasEnded } from '../contract/command-state.ts'
import { type Breakpoint, breakpointOf, breakpointSchema, wishOf } from '../contract/debug-breakpoints.ts'
import { debugEndOf, endWithParent } from '../contract/debug-end.ts'
import { type DebugRequest, debugRequestSchema } from '../contract/debug-request.ts'
import type { DebugSession } from '../contract/debug-resources.ts'
import { type DebugEnd, debugEndSchema } from '../contract/debug-state.ts'
import { type Environment, sessionEnvironmentSchema } from '../contract/environment-resources.ts'
import { environmentChoice, environmentFailureSchema } from '../contract/environment-state.ts'
import { commandLine, environmentVariables } from '../contract/fields.ts'
import { commandId } from '../contract/ids.ts'
import type { Invite } from '../contract/invite-resources.ts'
import { repositoryFailureSchema } from '../contract/repository-state.ts'
import type { Command, Repository, Session, Token } from '../contract/resources.ts'
import { scopeSchema } from '../contract/scopes.ts'
import { sessionFailureSchema } from '../contract/session-state.ts'
import { submoduleSchema } from '../contract/submodules.ts'
import type { SignIn, User } from '../contract/user-resources.ts'
import type { UserRole } from '../contract/user-role.ts'
import type { Worktree } from '../contract/worktree-resources.ts'
import type { AuditJoined } from './audit.ts'
import type { DebugSessionRow } from './debug-session-row.ts'
import type { DebugSessionJoined } from './debug-sessions.ts'
import type { EnvironmentJoined } from './environments.ts'
import type { InviteJoined } from './invites.ts'
import { column, nullableColumn } from './json-column.ts'
import type {
  ArtifactRow,
  CommandRow,
  EnvironmentRow,
  RepositoryRow,
  SessionRow,
  TokenRow,
  UserRow,
} from './schema.ts'
import { type SignInRow, signInLife } from './sign-in-rows.ts'
import type { WorktreeJoined } from './worktrees.ts'

/** From rows to what the contract tells of them. JSON columns are parsed here, by `json-column.ts`, and nowhere else. */

export const toAuditEntry = (row: AuditJoined): AuditEntry =>
  auditEntrySchema.parse({
    position: row.position,
    at: row.at,
    actor: row.actor_id,
    actor_name: row.actor_name,
    actor_token: row.actor_token_id,
    actor_token_name: row.actor_token_name,
    actor_sign_in: row.actor_sign_in_id,
    operation: row.operation,
    refused: row.refused === 1,
    address: row.address,
    request: row.request_id,
    repository: row.repository_id,
    session: row.session_id,
    command: row.command_id,
    token: row.token_id,
    user: row.user_id,
    invite: row.invite_id,
  })

export const toRepository = (row: RepositoryRow): Repository => ({
  id: row.id,
  name: row.name,
  url: row.url,
  default_branch: row.default_branch,
  status: row.status,
  failure: nullableColumn(repositoryFailureSchema, row.failure_json),
  created_at: row.created_at,
  fetched_at: row.fetched_at,
  failed_at: row.failed_at,
  next_fetch_at: row.next_fetch_at,
  fetch_requested: row.fetches_wanted > row.fetches_done,
})

/** A session's row together with the names of its repository and owner, and its environments, in their order. */
export type SessionJoined = SessionRowRead & {
  repository_name: string
  owner_name: string
  environments_json: string
}
type SessionRowRead = Omit<SessionRow, 'position'> & { position: number }

export const toSession = (row: SessionJoined): Session => ({
  id: row.id,
  owner: row.owner_name,
  repository: row.repository_name,
  revision: row.revision,
  label: row.label,
  commit: row.commit_id,
  patch_sha256: row.patch_sha256,
  status: row.status,
  failure: nullableColumn(sessionFailureSchema, row.failure_json),
  end_reason: row.end_reason,
  offline: row.offline === 1,
  isolation: row.isolation,
  environment: environmentChoiceOf(row),
  environments: column(sessionEnvironments, row.environments_json),
  submodules: submodulesOf(row).map(({ mirror: _, ...submodule }) => submodule),
  ttl: row.ttl_seconds,
  idle_timeout: row.idle_timeout_seconds,
  expires_at: row.expires_at,
  last_active_at: row.last_active_at,
  created_at: row.created_at,
  started_at: row.started_at,
  ended_at: row.ended_at,
})

const sessionEnvironments = z.array(sessionEnvironmentSchema)

/** `mirror`: the key of its mirror among those of the repository's submodules. */
const mirroredSubmodule = submoduleSchema.extend({ mirror: z.string().regex(/^[0-9a-f]{64}$/) })
export type MirroredSubmodule = z.infer<typeof mirroredSubmodule>

const mirroredSubmodules = z.array(mirroredSubmodule)
export const submodulesOf = (row: Pick<SessionRow, 'submodules_json'>) =>
  column(mirroredSubmodules, row.submodules_json)

export const environmentChoiceOf = (row: Pick<SessionRow, 'environment_json'>) =>
  column(environmentChoice, row.environment_json)

export const toWorktree = (row: WorktreeJoined): Worktree => ({
  id: row.id,
  repository: row.repository_name,
  status: row.status,
  session: row.session_id,
  commit: row.commit_id,
  bytes: row.bytes,
  created_at: row.created_at,
  last_used_at: row.last_used_at,
})

export const toCommand = (row: CommandRow): Command => ({
  id: row.id,
  session: row.session_id,
  sequence: row.sequence,
  command: commandLineOf(row),
  directory: row.directory,
  after: column(commandIds, row.after_json),
  merge: row.merge === 1,
  terminal: terminalOf(row),
  idempotent: row.idempotent === 1,
  attempts: row.attempts,
  rerun_of: row.rerun_of,
  environment: row.environment_id,
  limits: { ...limitsOf(row), enforcement: row.enforcement },
  status: row.status,
  exit_code: row.exit_code,
  failure: nullableColumn(commandFailureSchema, row.failure_json),
  artifacts: nullableColumn(collectionSchema, row.collection_json),
  truncated: row.truncated === 1,
  log_expired_at: row.log_expired_at,
  usage: nullableColumn(commandUsageSchema, row.usage_json),
  created_at: row.created_at,
  started_at: row.started_at,
  ended_at: row.ended_at,
})

const commandIds = z.array(commandId.schema)
export const toArtifact = (row: ArtifactRow): Artifact => ({
  id: row.id,
  session: row.session_id,
  command: row.command_id,
  path: row.path,
  bytes: row.bytes,
  sha256: row.sha256,
  media_type: row.media_type,
  kind: row.kind,
  summary: nullableColumn(summary, row.summary_json),
  created_at: row.created_at,
})

export const environmentFailureOf = ({ failure_json }: Pick<EnvironmentRow, 'failure_json'>) =>
  column(environmentFailureSchema, failure_json ?? '')

export const toEnvironment = (row: EnvironmentJoined): Environment => ({
  id: row.id,
  owner: row.owner_name,
  manager: row.manager,
  key: row.key,
  status: row.status,
  bytes: row.bytes,
  repository: row.repository_name,
  failure: nullableColumn(environmentFailureSchema, row.failure_json),
  session: row.builder_id,
  command: row.command_id,
  sessions: row.sessions,
  created_at: row.created_at,
  used_at: row.used_at,
})

const summary = z.union([junitSummarySchema, coreSummarySchema])

/** What the store knows of a debug session; where a live one stands, its runner tells. */
export function toDebugSession({ row, ...debug }: DebugSessionJoined): DebugSession {
  const end = endOf({ row, ...debug })
  const message = end === undefined ? 'it is not set yet' : 'the debug session has ended'
  const kept = nullableColumn(breakpoints, debug.breakpoints_json)
  return {
    id: debug.id,
    session: debug.session_id,
    command: debug.command_id,
    engine: debug.engine,
    parent: debug.parent_id,
    process: debug.process_id,
    children: [],
    status: end === undefined ? 'launching' : 'ended',
    stop: null,
    end: end ?? null,
    breakpoints: kept ?? requestedBreakpoints(debugRequestOf(debug), message),
    control: null,
    created_at: debug.created_at,
    ended_at: debug.ended_at ?? row.ended_at,
  }
}

/** A child may end before its command does, and never ends later. */
export const debugHasEnded = ({ row, end_json }: Pick<DebugSessionJoined, 'row' | 'end_json'>): boolean =>
  end_json !== null || commandHasEnded(row.status)

function endOf({ row, parent_id, end_json }: DebugSessionJoined): DebugEnd | undefined {
  const own = nullableColumn(debugEndSchema, end_json)
  if (own !== null) return own
  const end = debugEndOf(toCommand(row))
  return parent_id === null ? end : endWithParent(end)
}

/** Those that were asked for at the launch, of which no more is known than this. */
const requestedBreakpoints = ({ breakpoints }: DebugRequest, message: string): Breakpoint[] =>
  breakpoints.map((wished, index) => breakpointOf(index + 1, wishOf(wished), message))

const breakpoints = z.array(breakpointSchema)

export const debugRequestOf = ({ request_json }: Pick<DebugSessionRow, 'request_json'>): DebugRequest =>
  column(debugRequestSchema, request_json)

export const commandLineOf = (row: CommandRow) => column(commandLine, row.command_json)
export const artifactGlobsOf = (row: CommandRow) => nullableColumn(z.array(artifactGlob), row.artifacts_json)
export const terminalOf = ({ terminal_columns: columns, terminal_rows: rows }: CommandRow) =>
  columns === null || rows === null ? null : { columns, rows }
export const limitsOf = (row: CommandRow) => column(commandLimitsSchema, row.limits_json)
export const environmentOf = (row: CommandRow) => column(environmentVariables, row.environment_json)

export const toUser = (row: UserRow): User => ({
  id: row.id,
  name: row.name,
  display_name: row.display_name,
  role: row.role,
  created_at: row.created_at,
  disabled_at: row.disabled_at,
})

/** What is asked of the user at each use of a token or sign-in. */
export type UserJoined = {
  user_name: string
  user_role: UserRole
  user_disabled_at: string | null
}
export type TokenJoined = TokenRow & UserJoined
export type SignInJoined = SignInRow & UserJoined

export const toSignIn = (row: SignInJoined): SignIn => ({
  id: row.id,
  user: row.user_name,
  address: row.address,
  client: row.client,
  created_at: row.created_at,
  refreshed_at: toInstant(Date.parse(row.expires_at) - signInLife),
  expires_at: row.expires_at,
  revoked_at: row.revoked_at,
})

export const toToken = (row: TokenJoined): Token => ({
  id: row.id,
  name: row.name,
  user: row.user_name,
  user_disabled_at: row.user_disabled_at,
  scopes: scopesOf(row),
  mcp_servers: mcpServersOf(row),
  made_with: row.made_with,
  created_at: row.created_at,
  expires_at: row.expires_at,
  revoked_at: row.revoked_at,
  last_used_at: row.last_used_at,
})

export const toInvite = (row: InviteJoined): Invite => ({
  id: row.id,
  hint: row.hint,
  note: row.note,
  status: row.status,
  uses: row.uses,
  used: row.used,
  created_by: row.creator_name,
  created_at: row.created_at,
  expires_at: row.expires_at,
  revoked_at: row.revoked_at,
  last_used_at: row.last_used_at,
})

const scopes = z.array(scopeSchema)
const mcpServers = z.array(z.string())
export const scopesOf = (row: Pick<TokenRow, 'scopes_json'>) => column(scopes, row.scopes_json)
export const mcpServersOf = (row: Pick<TokenRow, 'mcp_servers_json'>) =>
  nullableColumn(mcpServers, row.mcp_servers_json)
