import { type Contract, contract } from '../../contract/contract.ts'
import type { OutputOf } from '../../contract/operation.ts'
import type { ProblemCode } from '../../contract/problems.ts'
import type { LiveOperationName } from '../../contract/runner-messages.ts'
import type { DebugSessionJoined } from '../../store/debug-sessions.ts'
import { checkedOutput } from '../checked-output.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, type Refusal, refuse } from '../outcome.ts'
import type { DebugCall } from './debug-call.ts'

/** How much longer than it was asked to wait the runner may take to answer, in milliseconds. */
const usualMargin = 15_000

export type DebuggerCall<N extends LiveOperationName> = DebugCall & {
  readonly operation: N
  readonly debug: DebugSessionJoined
  /** As the operation's schema has parsed it. */
  readonly input: Readonly<Record<string, unknown>>
  /** What the runner was asked to wait at the most. */
  readonly seconds: number
  readonly marginMs?: number | undefined
}

/** Asks the debugger of a debug session, and holds its answer to the contract. */
export async function askDebugger<N extends LiveOperationName>(
  { runner, givingUp, log }: Context,
  { operation, debug, input, by, isPerson = false, seconds, marginMs = usualMargin, gone }: DebuggerCall<N>,
): Promise<Outcome<OutputOf<Contract[N]>>> {
  const answer = await runner.ask({
    debug: debug.id,
    operation,
    input,
    by,
    person: isPerson,
    deadlineMs: seconds * 1_000 + marginMs,
    signals: [gone, givingUp],
  })
  const declaration: Contract[N] = contract[operation]
  if (answer.ok) return done(checkedOutput(declaration, answer.value))
  if (!canRefuse(operation, answer.code))
    log.warn({ operation, debug: debug.id, code: answer.code }, 'the runner refused with an undeclared code')
  return declared(operation, answer.code, answer.detail)
}

/** What any question can be answered with: it was too long, or there is a mistake of ours. */
const always: readonly ProblemCode[] = ['body_too_large', 'internal']

const canRefuse = (operation: LiveOperationName, code: ProblemCode): boolean =>
  always.includes(code) || contract[operation].errors.some(one => one === code)

/** Operations that never fail because of a debugger say of one that does not answer that its runner does not. */
const declared = (operation: LiveOperationName, code: ProblemCode, detail: string): Refusal =>
  refuse(canRefuse(operation, code) ? code : 'runner_unavailable', detail)
