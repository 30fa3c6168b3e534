import { contract } from '../../contract/contract.ts'
import type { TokenJoined } from '../../store/rows.ts'
import { judge } from '../access.ts'
import type { Context } from '../context.ts'
import type { EventsName, StreamName } from '../handlers/handler.ts'
import { type Refusal, refuse } from '../outcome.ts'

/** The refusal once a token, as it is now, opens a stream no more. Undefined: there is no such token any more. */
export const tokenJudge =
  ({ clock }: Pick<Context, 'clock'>, name: StreamName | EventsName) =>
  (token: TokenJoined | undefined): Refusal | undefined => {
    if (token === undefined) return refuse('unauthenticated', 'this token is not valid')
    const judged = judge(token, contract[name].access, clock.now())
    return judged.ok ? undefined : judged
  }
