import { newCommandInput } from '../../contract/command-input.ts'
import { defaultLimits } from '../../contract/command-limits.ts'
import { commandHasEnded } from '../../contract/command-state.ts'
import type { Contract } from '../../contract/contract.ts'
import { type DebugRequest, debuggeeLine, enginesFor } from '../../contract/debug-request.ts'
import type { DebugSession } from '../../contract/debug-resources.ts'
import type { DebugEngine } from '../../contract/debug-state.ts'
import type { ParsedInputOf } from '../../contract/operation.ts'
import {
  getDebugSession,
  type NewDebugSession,
  type Queued,
  queueDebugSession,
} from '../../store/debug-sessions.ts'
import { type SessionJoined, toDebugSession } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { now } from '../handlers/now.ts'
import { holdUntilSettled } from '../hold.ts'
import { done, type Outcome, type Refusal, refuse, refuseFields } from '../outcome.ts'
import { tell } from '../tell.ts'
import { askDebugger } from './ask-debugger.ts'
import type { DebugCall } from './debug-call.ts'

type Input = ParsedInputOf<Contract['debug.launch']>

/** Debuggers that their debuggees reach over the host's loopback. */
const overLoopback: ReadonlySet<DebugEngine> = new Set(['debugpy', 'delve'])

/**
 * Queues a debuggee and waits for its first stop. Once it is queued nothing of the wait is an error. `held`: it is to run
 * when an editor has said where to stop.
 */
export async function launchDebuggee(
  context: Context,
  session: SessionJoined,
  input: Input,
  call: DebugCall,
  held = false,
): Promise<Outcome<DebugSession>> {
  const request = requestOf(input, { held, launched_by: call.by })
  if (request === undefined) return refuseFields([{ path: 'python', message: 'give what is to run' }])
  const [engine, ...others] = request.engines
  if (engine === undefined) return refuseFields([{ path: 'engine', message: 'there is no such debugger' }])
  // To a process that runs they go themselves.
  const goesThere = request.program.kind === 'process'
  if (!goesThere && session.offline === 1 && [engine, ...others].every(name => overLoopback.has(name)))
    return refuse(
      'debugger_refused',
      `a session that is offline has no way to ${engine}: open one without --offline`,
    )
  const wanted = {
    command: {
      session: session.id,
      command: debuggeeLine(request),
      directory: input.directory,
      environment: input.environment,
      timeout: input.timeout ?? null,
      ...newCommandInput(input),
      limits: defaultLimits(context.commands),
      now: now(context),
    },
    engine,
    request,
  }
  return launchQueued(context, session, wanted, input.wait, call)
}

/** Queues a debuggee that may be, and waits for its first stop. */
export async function launchQueued(
  context: Context,
  session: SessionJoined,
  wanted: Omit<NewDebugSession, 'most'>,
  wait: number,
  call: DebugCall,
): Promise<Outcome<DebugSession>> {
  const queued = await queueDebugSession(context.store, { ...wanted, most: context.debugSessions })
  if (!queued.queued) return notQueued(queued.reason, session, context)
  tell(context, { session: session.id, command: queued.command })
  return firstStop(context, queued, session, wait, call)
}

function requestOf(input: Input, more: Pick<DebugRequest, 'held' | 'launched_by'>): DebugRequest | undefined {
  const { interpreter, engine, breakpoints, stop_on_entry, exceptions, trace, children } = input
  const program = programOf(input)
  if (program === undefined) return undefined
  return {
    program,
    arguments: input.arguments,
    interpreter: interpreter ?? null,
    engines: engine === undefined ? [...enginesFor[program.kind]] : [engine],
    ...{ breakpoints, stop_on_entry, exceptions, ...more },
    ...(trace.length === 0 ? {} : { trace }),
    ...(children === undefined ? {} : { children }),
  }
}

function programOf({
  python,
  module,
  binary,
  core,
  node,
  go,
  pid,
  command,
}: Input): DebugRequest['program'] | undefined {
  if (python !== undefined) return { kind: 'file', file: python }
  if (module !== undefined) return { kind: 'module', module }
  if (binary !== undefined) return { kind: 'binary', file: binary, core: core ?? null }
  if (node !== undefined) return { kind: 'node', file: node }
  if (go !== undefined) return { kind: 'go', path: go, ...(core === undefined ? {} : { core }) }
  if (pid !== undefined) return { kind: 'process', pid, command: command ?? null }
  return undefined
}

function notQueued(
  reason: Extract<Queued, { queued: false }>['reason'],
  session: SessionJoined,
  { debugSessions }: Context,
): Refusal {
  switch (reason) {
    case 'session_ended':
      return refuse('session_ended', `the session ${session.id} takes no more commands`)
    case 'debug_limit':
      return refuse(
        'debug_limit',
        `this server has ${debugSessions} debug sessions, as many as debug.sessions in its configuration allows: end one (debug.terminate)`,
      )
  }
}

/** Where it stands once it has stopped or ended, or the seconds are over. A runner that is away is waited for as well. */
async function firstStop(
  context: Context,
  { id, command }: Extract<Queued, { queued: true }>,
  session: SessionJoined,
  seconds: number,
  call: DebugCall,
): Promise<Outcome<DebugSession>> {
  const { store, changes, runner, givingUp } = context
  const deadline = performance.now() + seconds * 1_000
  const left = () => Math.max(0, deadline - performance.now()) / 1_000
  let canBeAsked = seconds > 0
  for (;;) {
    const debug = await holdUntilSettled({
      changes,
      row: { session: session.id, command },
      load: () => getDebugSession(store, id),
      settled: row => row === undefined || commandHasEnded(row.row.status) || runner.instance !== undefined,
      seconds: canBeAsked ? left() : 0,
      signals: [call.gone, givingUp],
    })
    if (debug === undefined) return refuse('session_not_found', 'the session has been deleted')
    const isOver = commandHasEnded(debug.row.status) || left() === 0 || call.gone.aborted || givingUp.aborted
    if (isOver || !canBeAsked || runner.instance === undefined) return done(toDebugSession(debug))
    const input = { session: session.id, debug: id, wait: left() }
    const answer = await askDebugger(context, {
      operation: 'debug.status',
      debug,
      input,
      seconds: input.wait,
      ...call,
    })
    if (answer.ok) return answer
    // Only a runner that was lost is worth another question: the next one may be there in time.
    canBeAsked = runner.instance === undefined
  }
}
