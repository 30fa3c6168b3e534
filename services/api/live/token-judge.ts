import { contract } from '../../contract/contract.ts'
import type { TokenJoined } from '../../store/rows.ts'
import { judge } from '../access.ts'
import type { Context } from '../context.ts'
import type { CalledName } from '../handlers/handler.ts'
import type { Refusal } from '../outcome.ts'

/** The refusal once a token, as it is now, opens an operation no more. Undefined: there is no such token any more. */
export const tokenJudge =
  ({ clock }: Pick<Context, 'clock'>, name: CalledName) =>
  (token: TokenJoined | undefined): Refusal | undefined => {
    const judged = judge(token, contract[name].access, clock.now())
    return judged.ok ? undefined : judged
  }
