import type { Contract } from '../../contract/contract.ts'
import type { DebugOperationName } from '../../contract/debug-message.ts'
import type { OutputOf, ParsedInputOf } from '../../contract/operation.ts'
import type { LiveOperationName } from '../../contract/runner-messages.ts'
import { grants } from '../../contract/scopes.ts'
import type { DebugSessionJoined } from '../../store/debug-sessions.ts'
import { debugHasEnded, debugRequestOf, type SessionJoined, toDebugSession } from '../../store/rows.ts'
import { insufficientScope } from '../access.ts'
import type { Context } from '../context.ts'
import { findDebugSession } from '../handlers/find.ts'
import { done, type Outcome, type Refusal, refuse } from '../outcome.ts'
import { applyPatch } from './apply-patch.ts'
import { askDebugger } from './ask-debugger.ts'
import { awaitOutput } from './await-output.ts'
import { coveredValue } from './covered-value.ts'
import type { ScopedDebugCall } from './debug-call.ts'
import { processesIn } from './debug-processes.ts'
import { replayOf } from './debug-replay.ts'
import { glance, listOf, statusOf } from './debug-status.ts'
import { transcriptOf } from './debug-transcript.ts'
import { launchAnew } from './launch-anew.ts'
import { launchDebuggee } from './launch-debuggee.ts'
import { runToFailure } from './run-to-failure.ts'
import { terminateDebuggee } from './terminate-debuggee.ts'

type Answer<N extends DebugOperationName> = (
  session: SessionJoined,
  input: ParsedInputOf<Contract[N]>,
  call: ScopedDebugCall,
) => Promise<Outcome<OutputOf<Contract[N]>>>

/** The debug operations on a session that has been found: for HTTP by its reference, for a WebSocket once for all. */
export type DebugAnswers = { readonly [N in DebugOperationName]: Answer<N> }

export const debugAnswers = (context: Context): DebugAnswers => {
  const live = liveAnswer(context)
  return {
    'debug.launch': (session, input, call) => launchDebuggee(context, session, input, call),
    'debug.processes': (session, _, call) => processesIn(context, session, call),
    'debug.list': (session, input, call) => listOf(context, session, input, call),
    'debug.status': async (session, input, call) => {
      const debug = await findDebugSession(context, session, input.debug)
      if (!debug.ok) return debug
      // Who does not want to wait is not held by a runner that is silent either.
      const marginMs = input.wait === 0 ? glance : undefined
      return statusOf(context, debug.value, { seconds: input.wait, marginMs, ...call })
    },
    'debug.break': live('debug.break'),
    'debug.continue': live('debug.continue'),
    'debug.next': live('debug.next'),
    'debug.step_in': live('debug.step_in'),
    'debug.step_out': live('debug.step_out'),
    'debug.step_back': live('debug.step_back'),
    'debug.until': live('debug.until'),
    'debug.pause': live('debug.pause'),
    'debug.threads': live('debug.threads'),
    'debug.stack': live('debug.stack'),
    'debug.scopes': live('debug.scopes'),
    'debug.variables': live('debug.variables'),
    'debug.evaluate': async (session, input, call) =>
      input.shell && !grants(call.scopes, 'debug:shell')
        ? insufficientScope('debug:shell')
        : live('debug.evaluate')(session, input, call),
    'debug.trace': live('debug.trace'),
    'debug.watch': live('debug.watch'),
    'debug.recorded': async (session, input, call) => {
      const told = await live('debug.recorded')(session, input, call)
      // It is read like a log, also when the program is over.
      return told.ok ? done(await coveredValue(context, session.id, told.value)) : told
    },
    'debug.diff': live('debug.diff'),
    'debug.run_to_failure': (session, input, call) => runToFailure(context, session, input, call),
    'debug.set': live('debug.set'),
    'debug.source': live('debug.source'),
    'debug.sources': live('debug.sources'),
    'debug.modules': live('debug.modules'),
    'debug.exception': live('debug.exception'),
    'debug.disassemble': live('debug.disassemble'),
    'debug.memory': live('debug.memory'),
    'debug.write_memory': live('debug.write_memory'),
    'debug.output': async (session, input, call) => {
      const debug = await findDebugSession(context, session, input.debug)
      return debug.ok ? awaitOutput(context, debug.value, input, call) : debug
    },
    'debug.restart': async (session, input, call) => {
      const debug = await findDebugSession(context, session, input.debug)
      return debug.ok ? launchAnew(context, session, debug.value, input.wait, call) : debug
    },
    'debug.rerun': async (session, { debug: named, patch, wait }, call) => {
      const debug = await findDebugSession(context, session, named)
      if (!debug.ok) return debug
      if (debugRequestOf(debug.value).program.kind === 'process')
        return refuse(
          'debugger_refused',
          'a process that runs already does not come to see a patch: run its program anew',
        )
      const refused = await applyPatch(context, session, patch, call.gone)
      return refused ?? launchAnew(context, session, debug.value, wait, call)
    },
    'debug.terminate': async (session, input, call) => {
      const debug = await findDebugSession(context, session, input.debug)
      return debug.ok ? terminateDebuggee(context, debug.value, input.wait, call) : debug
    },
    'debug.control': live('debug.control'),
    'debug.viewers': live('debug.viewers'),
    'debug.transcript': async (session, input, { gone }) => {
      const debug = await findDebugSession(context, session, input.debug)
      return debug.ok ? transcriptOf(context, debug.value, input, gone) : debug
    },
    'debug.replay': async (session, input, call) => {
      const debug = await findDebugSession(context, session, input.debug)
      return debug.ok ? replayOf(context, debug.value, input, call) : debug
    },
  }
}

/** Of an operation that its debugger answers, as long as there is one. */
const liveAnswer =
  (context: Context) =>
  <N extends Exclude<LiveOperationName, 'debug.run_to_failure'>>(operation: N): Answer<N> =>
  async (session, input, call) => {
    const fields: Fields = { ...input }
    const debug = await findDebugSession(context, session, fields.debug)
    if (!debug.ok) return debug
    // Its runner keeps what one has recorded for a while.
    if (debugHasEnded(debug.value) && operation !== 'debug.recorded') return hasEnded(debug.value)
    const seconds = fields.wait ?? fields.timeout ?? 0
    return askDebugger(context, { operation, debug: debug.value, input: fields, seconds, ...call })
  }

/** What the inputs of these operations have in common. */
type Fields = Readonly<Record<string, unknown>> & {
  readonly debug?: string | undefined
  readonly wait?: number
  readonly timeout?: number
}

function hasEnded(debug: DebugSessionJoined): Refusal {
  const { id, end } = toDebugSession(debug)
  const code =
    end === null || end.reason === 'exited' || end.exit_code === null ? '' : `, exit code ${end.exit_code}`
  return refuse(
    'debug_session_ended',
    `the debug session ${id} has ended (${end?.reason}): ${end?.message}${code}`,
  )
}
