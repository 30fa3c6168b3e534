import type { Transaction } from 'kysely'
import type { UserId } from '../contract/ids.ts'
import type { Schema } from './schema.ts'

/** Whether an owner may have one session more than those of theirs that have not ended. Holds within the transaction. */
export async function hasRoom(
  transaction: Transaction<Schema>,
  owner: UserId,
  most: number,
): Promise<boolean> {
  const { live } = await transaction
    .selectFrom('sessions')
    .select(eb => eb.fn.countAll().as('live'))
    .where('owner_id', '=', owner)
    .where('status', 'in', ['pending', 'starting', 'running', 'stopping'])
    .executeTakeFirstOrThrow()
  return Number(live) < most
}
