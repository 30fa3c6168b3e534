import { contract } from '../../contract/contract.ts'
import type { Credential } from '../../store/credentials.ts'
import { type Caller, rejudge } from '../access.ts'
import type { Context } from '../context.ts'
import type { CalledName } from '../handlers/handler.ts'
import type { Refusal } from '../outcome.ts'

/**
 * The refusal once what a caller came with, as it is now, opens an operation no more, or shows less. Undefined: there is
 * nothing such any more.
 */
export const credentialJudge =
  ({ clock }: Pick<Context, 'clock'>, name: CalledName, caller: Caller) =>
  (credential: Credential | undefined): Refusal | undefined => {
    const judged = rejudge(credential, contract[name].access, caller, clock.now())
    return judged.ok ? undefined : judged
  }
