import type { Contract, OperationName } from '../contract.ts'
import { tokenId } from '../ids.ts'
import type { OutputOf } from '../operation.ts'
import type { Page } from '../page.ts'
import * as thing from './things.ts'

const page = <Item>(...items: Item[]): Page<Item> => ({ items, next: null })

const alice = { ...thing.user, name: 'alice', display_name: 'Alice A.', role: 'user' as const }
const signedIn = {
  user: alice,
  sign_in: thing.signIn,
  access_token: 'eyJhbGciOiJIUzI1NiJ9.example.example',
  expires_in: 900,
  refresh_token: 'dsr_example',
  device: 'dsd_example',
}
const running = { ...thing.debugSession, status: 'running' as const, stop: null }
const chunk = {
  ...{ type: 'output' as const, command: thing.command.id, stream: 'stdout' as const },
  ...{ offset: 0, bytes: 8, text: 'total 3\n' },
}

/** What each operation might answer with; of a stream, one message of it. A missing one does not compile. */
export const exampleOutputs: { readonly [Name in OperationName]: OutputOf<Contract[Name]> } = {
  'server.health': { status: 'ok', service: 'api', instance: thing.runner.id, version: '0.1.0' },
  'server.readiness': {
    ...{ status: 'ready', instance: 'ins_abcdefghjkmn', store: 'ready' },
    runners: [{ id: thing.runner.id, status: 'ready', connected: true }],
  },
  'server.features': {
    version: '0.1.0',
    isolation: 'bubblewrap',
    limits: 'cgroup',
    environments: [
      { name: 'npm', available: true, tools: [{ name: 'npm', version: '11.6.1' }], missing: null },
      {
        ...{ name: 'uv', available: false, tools: [] },
        missing: 'uv needs uv on the PATH of commands, and there is none',
      },
    ],
    debuggers: [
      {
        name: 'debugpy',
        available: true,
        tools: [{ name: 'python3', version: 'Python 3.13.5' }],
        missing: null,
      },
    ],
    sign_in: {
      registration: 'invite',
      password: { least: 12, most: 1_024 },
      access_seconds: 900,
      refresh_seconds: 2_592_000,
    },
    repositories: ['https', 'ssh', 'git'],
    environment: ['none'],
    debug_sessions: 16,
    sessions: 50,
  },
  'server.whoami': { user: thing.user, token: thing.token, sign_in: null, scopes: thing.token.scopes },
  'repositories.add': thing.repository,
  'repositories.list': page(thing.repository),
  'repositories.get': thing.repository,
  'repositories.fetch': thing.repository,
  'repositories.delete': { id: thing.repository.id, status: 'deleting' },
  'sessions.create': thing.session,
  'sessions.get_or_create': thing.session,
  'sessions.list': page(thing.session),
  'sessions.get': thing.session,
  'sessions.logs': chunk,
  'sessions.stop': { ...thing.session, status: 'stopped', end_reason: 'stopped', ended_at: thing.instant },
  'sessions.resume': thing.session,
  'sessions.activity': thing.session,
  'sessions.update': { ...thing.session, label: 'fix-the-parser', ttl: 28_800 },
  'sessions.delete': { id: thing.session.id, status: 'deleting' },
  'worktrees.list': page(thing.worktree),
  'worktrees.reclaim': [{ ...thing.worktree, status: 'removing' }],
  'commands.run': thing.command,
  'commands.list': page(thing.command),
  'commands.get': thing.command,
  'commands.cancel': { ...thing.command, status: 'cancelled', exit_code: null },
  'commands.rerun': { ...thing.command, sequence: 2, rerun_of: thing.command.id },
  'commands.input': { taken: 4 },
  'commands.resize': { columns: 120, rows: 40 },
  'artifacts.list': page(thing.artifact),
  'artifacts.get': thing.artifact,
  'artifacts.download': new TextEncoder().encode('<testsuites/>'),
  'environments.list': page(thing.environment),
  'environments.delete': { id: thing.environment.id, status: 'deleting' },
  'debug.engines': [
    {
      ...{ name: 'debugpy', available: true, missing: null, debugs: ['python', 'module'] },
      tools: [{ name: 'python3', version: 'Python 3.13.5' }],
    },
    {
      ...{ name: 'delve', available: false, tools: [], debugs: ['go'] },
      missing: 'there is no dlv on the PATH of commands: apt-get install delve',
    },
  ],
  'debug.launch': thing.debugSession,
  'debug.run_to_failure': thing.failureReport,
  'debug.list': page(thing.debugSession),
  'debug.status': thing.debugSession,
  'debug.break': [
    thing.lineBreakpoint,
    {
      kind: 'function',
      ...{ id: 2, verified: true, message: null },
      ...{ name: 'total_of', condition: 'len(items) > 2', hit_condition: '%10' },
    },
  ],
  'debug.continue': running,
  'debug.next': thing.debugSession,
  'debug.step_in': thing.debugSession,
  'debug.step_out': thing.debugSession,
  'debug.pause': thing.debugSession,
  'debug.threads': { threads: [{ id: 1, name: 'MainThread' }], total: 1, next: null },
  'debug.stack': { thread: 1, frames: [thing.frame], total: 1, next: null },
  'debug.scopes': [{ name: 'Locals', reference: 3, expensive: false }],
  'debug.variables': { variables: [thing.variable], total: 1, next: null },
  'debug.evaluate': { value: '4', truncated: false, type: 'int', reference: 0 },
  'debug.output': {
    command: thing.command.id,
    chunks: [chunk],
    next: { stdout: 8, stderr: 0 },
    complete: false,
  },
  'debug.terminate': running,
  'debug.control': { control: thing.control, you: thing.viewer },
  'debug.transcript': {
    entries: [thing.recordEntry],
    ...{ total: 1, next: null, dropped: 0, damaged: 0, complete: false },
  },
  'debug.replay': {
    ...{ stop: thing.stop, at: thing.instant, by: thing.viewer, stops: { first: 1, last: 1 } },
    ...{ threads: null, frames: [thing.frame], scopes: null, variables: [thing.variable], evaluated: [] },
    output: { stdout: 8, stderr: 0, chunks: [chunk] },
    missing: ['the threads: was not asked for at this stop'],
  },
  'debug.viewers': [
    { ...thing.viewer, connected: true, asked_at: thing.instant, acted_at: thing.instant, control: true },
  ],
  'events.follow': { type: 'session', id: '4711', session: thing.session },
  'tickets.create': { ticket: 'dsk_example', expires_at: thing.instant },
  'auth.register': signedIn,
  'auth.login': signedIn,
  'auth.refresh': signedIn,
  'auth.logout': { ended: true },
  'me.get': alice,
  'me.update': alice,
  'me.password': alice,
  'sign_ins.list': page({ ...thing.signIn, current: true }),
  'sign_ins.end': { ...thing.signIn, revoked_at: thing.instant },
  'tokens.create': {
    ...{ ...thing.token, id: tokenId.schema.parse('tok_0123456789ab'), name: 'laptop', user: 'alice' },
    ...{ scopes: ['cli'], token: 'dst_example' },
  },
  'tokens.list': page(thing.token),
  'tokens.revoke': { ...thing.token, revoked_at: thing.instant },
  'users.create': alice,
  'users.list': page(alice, thing.user),
  'users.get': alice,
  'users.update': alice,
  'users.password': alice,
  'users.disable': { ...alice, disabled_at: thing.instant },
  'users.enable': alice,
  'invites.create': [{ ...thing.invite, used: 0, last_used_at: null, code: 'TEAM-ABCD2345' }],
  'invites.list': page(thing.invite),
  'invites.revoke': { ...thing.invite, status: 'revoked', revoked_at: thing.instant },
  'audit.list': page(thing.auditEntry),
  'runners.list': page(thing.runner),
  'runners.get': thing.runner,
  'admin.stats': thing.statistics,
  'codexbar.usage': [{ provider: 'codex', usage: { used: 0.5 } }],
}
