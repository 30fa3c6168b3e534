import { type Contract, contract } from '../../contract/contract.ts'
import type { DebugOperationName } from '../../contract/debug-message.ts'
import type { OutputOf, ParsedInputOf } from '../../contract/operation.ts'
import type { Context } from '../context.ts'
import { type DebugAnswers, debugAnswers } from '../debug/debug-answers.ts'
import { findDebugged, scopesIn } from '../debug/debugged-session.ts'
import { viewerOf } from '../debug/viewer-of.ts'
import { whileShared } from '../debug/while-shared.ts'
import type { Outcome, Refusal } from '../outcome.ts'
import type { Call, Handlers } from './handler.ts'

/** Finds the session; the rest is `debug/debug-answers.ts`, which a WebSocket uses as well. */
export function debugHandlers(context: Context): Pick<Handlers, DebugOperationName> {
  const answers = debugAnswers(context)
  const inSession =
    <N extends DebugOperationName>(name: N) =>
    async (input: ParsedInputOf<Contract[N]>, call: Call): Promise<Outcome<OutputOf<Contract[N]>>> => {
      const { session: reference }: { session: string } = input
      const found = await findDebugged(context, reference, contract[name].access, call.caller)
      if (!found.ok) return found
      const over = new AbortController()
      let lost: Refusal | undefined
      using _ = whileShared(context, found.value, call.caller, refusal => {
        lost = refusal
        over.abort()
      })
      const { session, role } = found.value
      const gone = role === 'owner' ? call.gone : AbortSignal.any([call.gone, over.signal])
      const answer: DebugAnswers[N] = answers[name]
      const outcome = await answer(session, input, {
        gone,
        by: viewerOf(call.caller, role),
        scopes: scopesIn(role, call.caller),
      })
      return lost ?? outcome
    }
  return {
    'debug.launch': inSession('debug.launch'),
    'debug.processes': inSession('debug.processes'),
    'debug.list': inSession('debug.list'),
    'debug.status': inSession('debug.status'),
    'debug.break': inSession('debug.break'),
    'debug.continue': inSession('debug.continue'),
    'debug.next': inSession('debug.next'),
    'debug.step_in': inSession('debug.step_in'),
    'debug.step_out': inSession('debug.step_out'),
    'debug.step_back': inSession('debug.step_back'),
    'debug.until': inSession('debug.until'),
    'debug.pause': inSession('debug.pause'),
    'debug.threads': inSession('debug.threads'),
    'debug.stack': inSession('debug.stack'),
    'debug.scopes': inSession('debug.scopes'),
    'debug.variables': inSession('debug.variables'),
    'debug.evaluate': inSession('debug.evaluate'),
    'debug.trace': inSession('debug.trace'),
    'debug.watch': inSession('debug.watch'),
    'debug.recorded': inSession('debug.recorded'),
    'debug.diff': inSession('debug.diff'),
    'debug.run_to_failure': inSession('debug.run_to_failure'),
    'debug.set': inSession('debug.set'),
    'debug.source': inSession('debug.source'),
    'debug.sources': inSession('debug.sources'),
    'debug.modules': inSession('debug.modules'),
    'debug.exception': inSession('debug.exception'),
    'debug.disassemble': inSession('debug.disassemble'),
    'debug.memory': inSession('debug.memory'),
    'debug.write_memory': inSession('debug.write_memory'),
    'debug.output': inSession('debug.output'),
    'debug.restart': inSession('debug.restart'),
    'debug.rerun': inSession('debug.rerun'),
    'debug.terminate': inSession('debug.terminate'),
    'debug.control': inSession('debug.control'),
    'debug.viewers': inSession('debug.viewers'),
    'debug.transcript': inSession('debug.transcript'),
    'debug.replay': inSession('debug.replay'),
  }
}
