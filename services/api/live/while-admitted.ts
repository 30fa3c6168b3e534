import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import type { CalledName } from '../handlers/handler.ts'
import type { Refusal } from '../outcome.ts'
import { tokenJudge } from './token-judge.ts'

/** Calls `lost` soon after a caller's token opens an operation no more, and at each later look, until disposed. */
export function whileAdmitted(
  context: Pick<Context, 'live' | 'clock'>,
  name: CalledName,
  { token: { id } }: Caller,
  lost: (refusal: Refusal) => void,
): Disposable {
  const judgeOf = tokenJudge(context, name)
  return context.live.tokens.watch(id, token => {
    const refusal = judgeOf(token)
    if (refusal !== undefined) lost(refusal)
  })
}
