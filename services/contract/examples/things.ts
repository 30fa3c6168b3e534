import type { Runner, Statistics } from '../administration-resources.ts'
import type { App } from '../app-resources.ts'
import type { Artifact } from '../artifact-resources.ts'
import type { AuditEntry } from '../audit-entry.ts'
import type { Breakpoint } from '../debug-breakpoints.ts'
import type { DebugControl, Viewer } from '../debug-control.ts'
import type { StopDiff } from '../debug-diff.ts'
import type { Probe, ProbeRecord } from '../debug-probes.ts'
import type { RecordEntry } from '../debug-record.ts'
import type { FailureReport } from '../debug-report.ts'
import type { DebugSession, Frame, Stop, Variable } from '../debug-resources.ts'
import type { DebugShare } from '../debug-share.ts'
import type { Environment } from '../environment-resources.ts'
import {
  artifactId,
  commandId,
  debugSessionId,
  environmentId,
  instanceId,
  inviteId,
  repositoryId,
  sessionId,
  signInId,
  tokenId,
  userId,
  viewerId,
  worktreeId,
} from '../ids.ts'
import type { Invite } from '../invite-resources.ts'
import type { Command, Repository, Session, Token } from '../resources.ts'
import type { SignIn, User } from '../user-resources.ts'
import type { Worktree } from '../worktree-resources.ts'

/** Things as a server would tell of them: for the OpenAPI document, and for tests, which vary them. */

export const instant = '2026-01-02T03:04:05.678Z'

export const session: Session = {
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
}

export const worktree: Worktree = {
  id: worktreeId.schema.parse('wt_0123456789ab'),
  repository: 'demo',
  status: 'warm',
  session: null,
  commit: '0123456789abcdef0123456789abcdef01234567',
  bytes: 1_048_576,
  created_at: instant,
  last_used_at: instant,
}

export const command: Command = {
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
}

export const artifact: Artifact = {
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
}

export const repository: Repository = {
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
}

export const user: User = {
  id: userId.schema.parse('usr_0123456789ab'),
  name: 'bootstrap',
  display_name: null,
  role: 'admin',
  created_at: instant,
  disabled_at: null,
}

export const token: Token = {
  id: tokenId.schema.parse('tok_0123456789ab'),
  name: 'bootstrap',
  user: 'bootstrap',
  user_disabled_at: null,
  scopes: ['admin'],
  mcp_servers: null,
  made_with: null,
  created_at: instant,
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
}

export const frame: Frame = {
  index: 0,
  name: 'total_of',
  file: 'app.py',
  line: 6,
  column: 1,
  source: '        total += item',
}

export const stop: Stop = {
  number: 1,
  reason: 'breakpoint',
  description: null,
  text: null,
  thread: 1,
  breakpoints: [1],
  frame: frame,
}

export const lineBreakpoint: Extract<Breakpoint, { kind: 'line' }> = {
  kind: 'line',
  id: 1,
  verified: true,
  message: null,
  file: 'app.py',
  line: 6,
  text: null,
  condition: null,
  hit_condition: null,
  log_message: null,
}

export const viewer: Viewer = {
  id: viewerId.schema.parse('vwr_0123456789ab'),
  user: 'alice',
  token: 'laptop',
  client: 'debug-server-cli',
  role: 'owner',
}

export const recordEntry: RecordEntry = {
  n: 1,
  at: instant,
  from: 'server',
  by: viewer,
  message: { type: 'request', command: 'next', arguments: { threadId: 1 } },
}

export const debugShare: DebugShare = {
  id: tokenId.schema.parse('tok_0123456789ab'),
  role: 'watch',
  user: null,
  name: 'pairing',
  created_at: instant,
  expires_at: instant,
}

export const control: DebugControl = {
  holder: viewer,
  since: instant,
  until: instant,
  taken: true,
  asking: [],
}

export const debugSession: DebugSession = {
  id: debugSessionId.schema.parse('dbg_0123456789ab'),
  session: sessionId.schema.parse('ses_0123456789ab'),
  command: commandId.schema.parse('cmd_0123456789ab'),
  engine: 'debugpy',
  parent: null,
  process: null,
  children: [],
  status: 'stopped',
  stop: stop,
  end: null,
  breakpoints: [lineBreakpoint],
  control: null,
  created_at: instant,
  ended_at: null,
}

export const variable: Variable = {
  name: 'total',
  value: '3',
  truncated: false,
  type: 'int',
  reference: 0,
}

export const failureReport: FailureReport = {
  outcome: 'assertion',
  debug: debugSession.id,
  parent: null,
  process: null,
  command: debugSession.command,
  engine: 'debugpy',
  kept: false,
  exception: { type: 'AssertionError', message: '3 != 4' },
  signal: null,
  exit_code: null,
  frames: [
    {
      index: 0,
      name: 'test_total',
      file: 'test_app.py',
      line: 8,
      own: true,
      folded: 0,
      source: [{ line: 8, text: '        self.assertEqual(total, 4)' }],
      variables: [{ name: 'total', value: '3', truncated: false, type: 'int', named: true, parts: [] }],
    },
  ],
  threads: [],
  output: { stdout: 'adding apples\n', stderr: '' },
  captured: { stdout: 'two of them\n', stderr: '', log: 'WARNING  app:app.py:4 no price\n' },
  children: [],
  end: null,
  left_out: ['9 outer frames: debug.stack'],
}

export const probe: Probe = {
  ...{ kind: 'calls', id: 1, file: 'app.py', function: 'total_of', returns: true },
  ...{ verified: true, message: null, hits: 1 },
}

export const record: ProbeRecord = {
  ...{ kind: 'call', number: 1, probe: 1, at: instant, function: 'total_of' },
  ended: 'returned',
  arguments: [{ name: 'items', value: '[1, 2]' }],
  ...{ result: '3', duration: 0.012, depth: 0, thread: 'MainThread' },
}

export const stopDiff: StopDiff = {
  from: { number: 1, reason: 'breakpoint', thread: 1, frame: { name: 'total_of', file: 'app.py', line: 6 } },
  to: { number: 2, reason: 'step', thread: 1, frame: { name: 'total_of', file: 'app.py', line: 5 } },
  frames: [
    {
      ...{ name: 'total_of', file: 'app.py', depth: 1, from: 6, to: 5 },
      variables: [{ name: 'total', kind: 'changed', before: '0', after: '1', type: 'int', parts: [] }],
    },
  ],
  stack: { entered: [], left: [], same: 2 },
  kept: [1, 2],
  note: null,
  left_out: [],
}

export const auditEntry: AuditEntry = {
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
}

export const app: App = {
  name: 'files',
  session: session.id,
  status: 'ready',
  command: command.id,
  exit_code: null,
  failure: null,
  idle_seconds: 900,
  started_at: instant,
  ready_at: instant,
  ended_at: null,
}

export const environment: Environment = {
  id: environmentId.schema.parse('env_0123456789ab'),
  manager: 'npm',
  key: '0'.repeat(64),
  status: 'ready',
  bytes: 1_048_576,
  session: null,
  command: null,
  owner: 'alice',
  repository: 'demo',
  failure: null,
  sessions: 1,
  created_at: instant,
  used_at: instant,
}

export const signIn: SignIn = {
  id: signInId.schema.parse('sgn_0123456789ab'),
  user: 'alice',
  address: '127.0.0.1',
  client: 'Mozilla/5.0',
  created_at: instant,
  refreshed_at: instant,
  expires_at: '2026-02-01T03:04:05.678Z',
  revoked_at: null,
}

export const invite: Invite = {
  id: inviteId.schema.parse('inv_0123456789ab'),
  hint: 'TEAM-AB',
  note: 'the course',
  status: 'valid',
  uses: 30,
  used: 2,
  created_by: 'root',
  created_at: instant,
  expires_at: '2026-01-09T03:04:05.678Z',
  revoked_at: null,
  last_used_at: instant,
}

export const runner: Runner = {
  id: instanceId.schema.parse('ins_0123456789ab'),
  token: 7,
  host: 'build-1',
  pid: 4_711,
  renewed_at: instant,
  term: 10,
  connected: true,
  sessions: 0,
  commands: 3,
}

export const statistics: Statistics = {
  users: { total: 12, disabled: 1 },
  sessions: { pending: 0, starting: 1, running: 4, stopping: 0, stopped: 9, failed: 2 },
  commands: { queued: 2, running: 3, succeeded: 120, failed: 14, cancelled: 1, timed_out: 0, lost: 0 },
  repositories: { pending: 0, ready: 3, failed: 0 },
  worktrees: { leased: 4, scrubbing: 0, warm: 6, removing: 0 },
  debug_sessions: 1,
  runners: 1,
  bytes: { logs: 1_048_576, artifacts: 20_480, worktrees: 52_428_800, environments: 314_572_800 },
}
