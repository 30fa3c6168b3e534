import type { Output } from '../../client/sdk/operation-types.ts'
import type { Artifact } from '../../services/contract/artifact-resources.ts'
import type { AuditEntry } from '../../services/contract/audit-entry.ts'
import type { Breakpoint } from '../../services/contract/debug-breakpoints.ts'
import type { DebugSession, Frame, Stop, Variable } from '../../services/contract/debug-resources.ts'
import * as example from '../../services/contract/examples/things.ts'
import { commandId } from '../../services/contract/ids.ts'
import type { LogMessage, LogStream } from '../../services/contract/log-message.ts'
import type { Page } from '../../services/contract/page.ts'
import type { Command, Repository, Session, Token } from '../../services/contract/resources.ts'
import type { User } from '../../services/contract/user-resources.ts'
import type { Worktree } from '../../services/contract/worktree-resources.ts'

/** Things as a server would tell of them, each valid by the contract, to be varied by a test. */

/** A list that fits into one page. */
export const page = <Item>(...items: Item[]): Page<Item> => ({ items, next: null })

/** Any page of a list, as it is asked for. */
export function pageOf<Item>(all: readonly Item[], input: Readonly<Record<string, unknown>>): Page<Item> {
  const from = Number(input.cursor ?? 0)
  const to = from + Number(input.limit ?? 50)
  return { items: all.slice(from, to), next: to < all.length ? String(to) : null }
}

export const session = (change: Partial<Session> = {}): Session => ({ ...example.session, ...change })

export const worktree = (change: Partial<Worktree> = {}): Worktree => ({ ...example.worktree, ...change })

export const command = (change: Partial<Command> = {}): Command => ({ ...example.command, ...change })

export const artifact = (change: Partial<Artifact> = {}): Artifact => ({ ...example.artifact, ...change })

export const repository = (change: Partial<Repository> = {}): Repository => ({
  ...example.repository,
  ...change,
})

export const user = (change: Partial<User> = {}): User => ({ ...example.user, ...change })

export const token = (change: Partial<Token> = {}): Token => ({ ...example.token, ...change })

/** Who asks with this token. */
export const caller = (change: Partial<Token> = {}): Output<'server.whoami'> => ({
  user: user(),
  token: token(change),
  sign_in: null,
  scopes: token(change).scopes,
})

export const frame = (change: Partial<Frame> = {}): Frame => ({ ...example.frame, ...change })

export const stop = (change: Partial<Stop> = {}): Stop => ({ ...example.stop, ...change })

type LineBreakpoint = Extract<Breakpoint, { kind: 'line' }>
export const breakpoint = (change: Partial<LineBreakpoint> = {}): Breakpoint => ({
  ...example.lineBreakpoint,
  ...change,
})

export const debugSession = (change: Partial<DebugSession> = {}): DebugSession => ({
  ...example.debugSession,
  ...change,
})

/** One that has ended by itself, or for another reason. */
export const debugEnded = (end: Partial<NonNullable<DebugSession['end']>> = {}): DebugSession =>
  debugSession({
    status: 'ended',
    stop: null,
    end: { reason: 'exited', message: 'the program exited with code 0', exit_code: 0, ...end },
    ended_at: example.instant,
  })

export const variable = (change: Partial<Variable> = {}): Variable => ({ ...example.variable, ...change })

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
  ...example.auditEntry,
  ...change,
})
