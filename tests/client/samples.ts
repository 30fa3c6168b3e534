import type { Output } from '../../client/sdk/operation-types.ts'
import type { Artifact } from '../../services/contract/artifact-resources.ts'
import type { AuditEntry } from '../../services/contract/audit-entry.ts'
import type {
  Breakpoint,
  DebugSession,
  Frame,
  Stop,
  Variable,
} from '../../services/contract/debug-resources.ts'
import {
  artifactId,
  commandId,
  debugSessionId,
  repositoryId,
  sessionId,
  tokenId,
  userId,
  worktreeId,
} from '../../services/contract/ids.ts'
import type { LogMessage, LogStream } from '../../services/contract/log-message.ts'
import type { Page } from '../../services/contract/page.ts'
import type { Command, Repository, Session, Token } from '../../services/contract/resources.ts'
import type { User } from '../../services/contract/user-resources.ts'
import type { Worktree } from '../../services/contract/worktree-resources.ts'

/** Things as a server would tell of them, each valid by the contract, to be varied by a test. */

const instant = '2026-01-02T03:04:05.678Z'

/** A list that fits into one page. */
export const page = <Item>(...items: Item[]): Page<Item> => ({ items, next: null })

/** Any page of a list, as it is asked for. */
export function pageOf<Item>(all: readonly Item[], input: Readonly<Record<string, unknown>>): Page<Item> {
  const from = Number(input.cursor ?? 0)
  const to = from + Number(input.limit ?? 50)
  return { items: all.slice(from, to), next: to < all.length ? String(to) : null }
}

export const session = (change: Partial<Session> = {}): Session => ({
  id: sessionId.schema.parse('ses_0123456789ab'),
  owner: 'alice',
  repository: 'demo',
  revision: 'main',
  label: null,
  commit: '0123456789abcdef0123456789abcdef01234567',
  patch_sha256: null,
  status: 'running',
  failure: null,
  end_reason: null,
  offline: false,
  isolation: 'none',
  environment: ['none'],
  environments: [],
  submodules: [],
  ttl: 0,
  idle_timeout: 86_400,
  expires_at: null,
  last_active_at: instant,
  created_at: instant,
  started_at: instant,
  ended_at: null,
  ...change,
})

export const worktree = (change: Partial<Worktree> = {}): Worktree => ({
  id: worktreeId.schema.parse('wt_0123456789ab'),
  repository: 'demo',
  status: 'warm',
  session: null,
  commit: '0123456789abcdef0123456789abcdef01234567',
  bytes: 1_048_576,
  created_at: instant,
  last_used_at: instant,
  ...change,
})

export const command = (change: Partial<Command> = {}): Command => ({
  id: commandId.schema.parse('cmd_0123456789ab'),
  session: sessionId.schema.parse('ses_0123456789ab'),
  sequence: 1,
  command: 'make test',
  directory: '.',
  after: [],
  merge: false,
  terminal: null,
  idempotent: false,
  attempts: 1,
  rerun_of: null,
  environment: null,
  limits: { memory: null, processes: null, file_size: null, output: 1_000_000, enforcement: 'sampled' },
  truncated: false,
  log_expired_at: null,
  usage: { wall_seconds: 1.5, user_seconds: 0.5, system_seconds: 0.25, peak_memory: 1_048_576 },
  status: 'succeeded',
  exit_code: 0,
  failure: null,
  artifacts: null,
  created_at: instant,
  started_at: instant,
  ended_at: instant,
  ...change,
})

export const artifact = (change: Partial<Artifact> = {}): Artifact => ({
  id: artifactId.schema.parse('art_0123456789ab'),
  session: sessionId.schema.parse('ses_0123456789ab'),
  command: commandId.schema.parse('cmd_0123456789ab'),
  path: 'reports/junit.xml',
  bytes: 10,
  sha256: '0'.repeat(64),
  media_type: 'text/xml',
  kind: 'file',
  summary: null,
  created_at: instant,
  ...change,
})

export const repository = (change: Partial<Repository> = {}): Repository => ({
  id: repositoryId.schema.parse('rep_0123456789ab'),
  name: 'demo',
  url: 'https://example.org/demo.git',
  default_branch: 'main',
  status: 'ready',
  failure: null,
  created_at: instant,
  fetched_at: instant,
  failed_at: null,
  next_fetch_at: null,
  fetch_requested: false,
  ...change,
})

export const user = (change: Partial<User> = {}): User => ({
  id: userId.schema.parse('usr_0123456789ab'),
  name: 'bootstrap',
  display_name: null,
  role: 'admin',
  created_at: instant,
  disabled_at: null,
  ...change,
})

export const token = (change: Partial<Token> = {}): Token => ({
  id: tokenId.schema.parse('tok_0123456789ab'),
  name: 'bootstrap',
  user: 'bootstrap',
  user_disabled_at: null,
  scopes: ['admin'],
  made_with: null,
  created_at: instant,
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
  ...change,
})

/** Who asks with this token. */
export const caller = (change: Partial<Token> = {}): Output<'server.whoami'> => ({
  user: user(),
  token: token(change),
  sign_in: null,
  scopes: token(change).scopes,
})

export const frame = (change: Partial<Frame> = {}): Frame => ({
  index: 0,
  name: 'total_of',
  file: 'app.py',
  line: 6,
  column: 1,
  source: '        total += item',
  ...change,
})

export const stop = (change: Partial<Stop> = {}): Stop => ({
  number: 1,
  reason: 'breakpoint',
  description: null,
  text: null,
  thread: 1,
  breakpoints: [1],
  frame: frame(),
  ...change,
})

export const breakpoint = (change: Partial<Breakpoint> = {}): Breakpoint => ({
  id: 1,
  file: 'app.py',
  line: 6,
  verified: true,
  message: null,
  ...change,
})

export const debugSession = (change: Partial<DebugSession> = {}): DebugSession => ({
  id: debugSessionId.schema.parse('dbg_0123456789ab'),
  session: sessionId.schema.parse('ses_0123456789ab'),
  command: commandId.schema.parse('cmd_0123456789ab'),
  engine: 'debugpy',
  status: 'stopped',
  stop: stop(),
  end: null,
  breakpoints: [breakpoint()],
  created_at: instant,
  ended_at: null,
  ...change,
})

/** One that has ended by itself, or for another reason. */
export const debugEnded = (end: Partial<NonNullable<DebugSession['end']>> = {}): DebugSession =>
  debugSession({
    status: 'ended',
    stop: null,
    end: { reason: 'exited', message: 'the program exited with code 0', exit_code: 0, ...end },
    ended_at: instant,
  })

export const variable = (change: Partial<Variable> = {}): Variable => ({
  name: 'total',
  value: '3',
  truncated: false,
  type: 'int',
  reference: 0,
  ...change,
})

export const output = (
  offset: number,
  content: string,
  stream: LogStream = 'stdout',
  of = 'cmd_0123456789ab',
): LogMessage => ({
  type: 'output',
  command: commandId.schema.parse(of),
  stream,
  offset,
  bytes: Buffer.byteLength(content),
  text: content,
})

export const binary = (offset: number, bytes: Buffer): LogMessage => ({
  type: 'output',
  command: commandId.schema.parse('cmd_0123456789ab'),
  stream: 'stdout',
  offset,
  bytes: bytes.length,
  base64: bytes.toString('base64'),
})

export const state = (
  status: Command['status'],
  exit_code: number | null = null,
  of = 'cmd_0123456789ab',
): LogMessage => ({
  type: 'command',
  command: commandId.schema.parse(of),
  sequence: 1,
  status,
  exit_code,
  failure: null,
})

export const end = (reason: Extract<LogMessage, { type: 'end' }>['reason'] = 'complete'): LogMessage => ({
  type: 'end',
  reason,
})

export const auditEntry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  position: 1,
  at: instant,
  actor: userId.schema.parse('usr_0123456789ab'),
  actor_name: 'alice',
  actor_token: tokenId.schema.parse('tok_0123456789ab'),
  actor_token_name: 'laptop',
  actor_sign_in: null,
  operation: 'sessions.delete',
  refused: false,
  address: '127.0.0.1',
  request: '0123456789abcdef',
  repository: null,
  session: sessionId.schema.parse('ses_0123456789ab'),
  command: null,
  token: null,
  user: null,
  invite: null,
  ...change,
})
