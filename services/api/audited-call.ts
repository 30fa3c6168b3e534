import type { OperationName } from '../contract/contract.ts'
import { AuditEntry, writtenTo } from '../store/audit-entry.ts'
import type { Caller } from './access.ts'
import type { Context } from './context.ts'
import { now } from './handlers/now.ts'

/** Who calls, and from where. */
export type From = { readonly caller: Caller; readonly address: string | null }

/**
 * Answers a call; what it changes is written down with who has asked for it, whichever way it came, and so is what it tells
 * an administrator of others.
 */
export async function auditedCall<T>(
  context: Pick<Context, 'auditReads' | 'clock'>,
  { caller, address }: From,
  operation: OperationName,
  answer: () => Promise<T>,
): Promise<T> {
  const { id: credential, user_id: user } = caller.credential
  const entry = new AuditEntry({ user, credential, operation, address, now: () => now(context) })
  const answered = await writtenTo(entry, answer)
  if (entry.seen !== undefined) await context.auditReads.add(entry)
  return answered
}
