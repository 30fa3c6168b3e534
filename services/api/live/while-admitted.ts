import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import type { CalledName } from '../handlers/handler.ts'
import type { Refusal } from '../outcome.ts'
import { credentialJudge } from './credential-judge.ts'

/** Calls `lost` soon after what a caller came with opens an operation no more, and at each later look, until disposed. */
export function whileAdmitted(
  context: Pick<Context, 'live' | 'clock'>,
  name: CalledName,
  caller: Caller,
  lost: (refusal: Refusal) => void,
): Disposable {
  const judgeOf = credentialJudge(context, name, caller)
  return context.live.credentials.watch(caller.credential.id, credential => {
    const refusal = judgeOf(credential)
    if (refusal !== undefined) lost(refusal)
  })
}
