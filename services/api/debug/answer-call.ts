import { type Contract, contract } from '../../contract/contract.ts'
import type { DebugOperationName, ToDebug } from '../../contract/debug-message.ts'
import { hasBody } from '../../contract/operation.ts'
import type { SessionJoined } from '../../store/rows.ts'
import { type RawInput, readInput } from '../input.ts'
import type { Outcome } from '../outcome.ts'
import type { DebugAnswers } from './debug-answers.ts'
import type { ScopedDebugCall } from './debug-call.ts'

/** Reads the input by the rules of any request, the session's place being the address, and answers. */
export async function answerCall<N extends DebugOperationName>(
  answers: DebugAnswers,
  session: SessionJoined,
  { operation: name, input: given }: { operation: N } & Pick<ToDebug, 'input'>,
  call: ScopedDebugCall,
): Promise<Outcome<unknown>> {
  const operation: Contract[N] = contract[name]
  const path = { session: session.id }
  const raw: RawInput = hasBody(operation)
    ? { path, query: {}, body: given }
    : { path, query: given, body: undefined }
  const input = readInput(operation, raw)
  if (!input.ok) return input
  const answer: DebugAnswers[N] = answers[name]
  return answer(session, input.value, call)
}
