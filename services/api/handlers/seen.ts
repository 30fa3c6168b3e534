import type { UserId } from '../../contract/ids.ts'
import { noteSeen } from '../../store/audit-entry.ts'
import type { Caller } from '../access.ts'

/** Notes that an administrator is told of something that another user has: see `audit-reads.ts`. `thing`: by which it is counted. */
export function seen({ visible, credential }: Caller, owner: UserId | null, thing: string): void {
  if (visible === 'all' && owner !== null && owner !== credential.user_id) noteSeen(thing)
}

/** The same of a list. */
export function eachSeen<Row extends { readonly owner_id: UserId | null }>(
  caller: Caller,
  rows: readonly Row[],
  list: string,
): readonly Row[] {
  for (const { owner_id: owner } of rows) seen(caller, owner, list)
  return rows
}
