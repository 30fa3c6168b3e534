import type { OperationName } from '../contract/contract.ts'
import { audited } from '../store/audit-entry.ts'
import type { Caller } from './access.ts'
import type { Context } from './context.ts'
import { now } from './handlers/now.ts'

/** Who calls, and from where. */
export type From = { readonly caller: Caller; readonly address: string | null }

/** Answers a call; what it changes is written down with who has asked for it, whichever way it came. */
export const auditedCall = <T>(
  context: Context,
  { caller, address }: From,
  operation: OperationName,
  answer: () => T,
): T => {
  const { id: credential, user_id: user } = caller.credential
  return audited({ user, credential, operation, address, now: () => now(context) }, answer)
}
