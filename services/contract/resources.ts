import { z } from 'zod'
import { collectionSchema } from './artifact-resources.ts'
import { commandLimitsSchema, commandUsageSchema, limitEnforcements } from './command-limits.ts'
import { commandFailureSchema, commandStatuses } from './command-state.ts'
import { sessionEnvironmentSchema } from './environment-resources.ts'
import { environmentChoice } from './environment-state.ts'
import { commandLine, instant } from './fields.ts'
import { commandId, environmentId, repositoryId, sessionId, tokenId } from './ids.ts'
import { isolations } from './isolation.ts'
import { repositoryFailureSchema, repositoryStatuses } from './repository-state.ts'
import { scopeSchema } from './scopes.ts'
import { sessionEndReasons, sessionFailureSchema, sessionStatuses } from './session-state.ts'
import { submoduleSchema } from './submodules.ts'
import { terminalSizeSchema } from './terminal.ts'

/** What the server tells of each thing. No path of the server's file system is ever among it. */

export const repositorySchema = z.object({
  id: repositoryId.schema,
  name: z.string(),
  /** Where it is fetched from; never with credentials. */
  url: z.string(),
  /** Null until the first fetch has told it. */
  default_branch: z.string().nullable(),
  status: z.enum(repositoryStatuses),
  failure: repositoryFailureSchema.nullable(),
  created_at: instant,
  /** The last fetch that succeeded. */
  fetched_at: instant.nullable(),
  /** The last fetch, where that failed. */
  failed_at: instant.nullable(),
  /** When it is fetched by itself, if it is in use then. */
  next_fetch_at: instant.nullable(),
  /** Whether somebody has asked for a fetch that is not over. */
  fetch_requested: z.boolean(),
})
export type Repository = z.infer<typeof repositorySchema>

export const sessionSchema = z.object({
  id: sessionId.schema,
  /** The name of the user whose it is. */
  owner: z.string(),
  /** The repository's name. */
  repository: z.string(),
  /** What was asked for; null means the default branch. */
  revision: z.string().nullable(),
  /** The commit that the worktree is at; null until it is known. */
  commit: z.string().nullable(),
  /** What its owner calls it by. */
  label: z.string().nullable(),
  /** SHA-256 of the patch on top of the commit. */
  patch_sha256: z.string().nullable(),
  status: z.enum(sessionStatuses),
  failure: sessionFailureSchema.nullable(),
  /** From when it is stopping on. */
  end_reason: z.enum(sessionEndReasons).nullable(),
  /** Whether its commands have no network but a loopback of their own. */
  offline: z.boolean(),
  /** What keeps its commands apart; null until it runs. */
  isolation: z.enum(isolations).nullable(),
  /** Which environments were asked for. */
  environment: environmentChoice,
  /** What it has got of them, or waits for; empty until that is known, and where there is nothing to install. */
  environments: z.array(sessionEnvironmentSchema),
  /** Those of its repository that it has; empty until that is known. */
  submodules: z.array(submoduleSchema),
  /** Seconds that it may live since it was created, resumed, or given another time; 0: any time. */
  ttl: z.int(),
  /** Seconds that nothing may happen in it; 0: any time. */
  idle_timeout: z.int(),
  expires_at: instant.nullable(),
  last_active_at: instant,
  created_at: instant,
  started_at: instant.nullable(),
  ended_at: instant.nullable(),
})
export type Session = z.infer<typeof sessionSchema>

export const commandSchema = z.object({
  id: commandId.schema,
  session: sessionId.schema,
  /** 1 for the first command that was given to the session. What builds its environments comes before: 0, then -1. */
  sequence: z.int(),
  command: commandLine,
  directory: z.string(),
  /** The commands that must have succeeded before it starts. */
  after: z.array(commandId.schema),
  /** Whether what it writes to stderr comes in its stdout, in the order written. */
  merge: z.boolean(),
  /** How large its terminal is at the start; null where it has none. */
  terminal: terminalSizeSchema.nullable(),
  /** Whether it may run twice: it is queued again where its end cannot be known. */
  idempotent: z.boolean(),
  /** How often it has been started. Its logs go on from one attempt to the next. */
  attempts: z.int(),
  /** The command that it repeats. */
  rerun_of: commandId.schema.nullable(),
  /** The environment that it builds, where that is what it is for. */
  environment: environmentId.schema.nullable(),
  limits: commandLimitsSchema.extend({
    /** Null before it has started. */
    enforcement: z.enum(limitEnforcements).nullable(),
  }),
  status: z.enum(commandStatuses),
  /** 128 + n where signal n ended it, as a shell reports it; null while it runs or where it is not known. */
  exit_code: z.int().nullable(),
  failure: commandFailureSchema.nullable(),
  /** What of the files that it was to keep was kept; null without any such wish, and until it has ended. */
  artifacts: collectionSchema.nullable(),
  /** Whether its logs were cut at its output limit. */
  truncated: z.boolean(),
  /** When its logs were removed, for their age or to make room. */
  log_expired_at: instant.nullable(),
  /** Once it has ended; null where it never started. */
  usage: commandUsageSchema.nullable(),
  created_at: instant,
  started_at: instant.nullable(),
  ended_at: instant.nullable(),
})
export type Command = z.infer<typeof commandSchema>

export const tokenSchema = z.object({
  id: tokenId.schema,
  name: z.string(),
  /** The name of the user whose it is. */
  user: z.string(),
  /** Since when they are disabled, so that it opens nothing; null where they are not. */
  user_disabled_at: instant.nullable(),
  scopes: z.array(scopeSchema),
  /** The servers behind the MCP gateway that it opens; null: any. */
  mcp_servers: z.array(z.string()).nullable(),
  /** The token of the same user that it was made with, and is revoked with. */
  made_with: tokenId.schema.nullable(),
  created_at: instant,
  expires_at: instant.nullable(),
  revoked_at: instant.nullable(),
  last_used_at: instant.nullable(),
})
export type Token = z.infer<typeof tokenSchema>
