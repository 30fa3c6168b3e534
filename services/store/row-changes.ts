import type { Transaction } from 'kysely'
import { directly } from './direct.ts'
import type { Schema } from './schema.ts'

/** How many rows the connection of one of the store's transactions has changed so far. */
export function rowChanges(transaction: Transaction<Schema>): number {
  const direct = directly(transaction)
  if (direct === undefined) throw new Error('this is no open transaction of the store')
  return direct.rowChanges()
}
