import { type RawBuilder, sql } from 'kysely'

/** Where something stands among its like, which are ordered by age: no two share it, and it never changes. */
export type Place = [created_at: string, id: string]

export const placeOf = ({ created_at, id }: { readonly created_at: string; readonly id: string }): Place => [
  created_at,
  id,
]

/** Whether a row is older than what stands there: it comes later where the newest comes first. */
export const isBefore = (
  table: 'worktrees' | 'environments' | 'invites' | 'sign_ins',
  [created, id]: Place,
): RawBuilder<boolean> =>
  sql<boolean>`(${sql.ref(`${table}.created_at`)}, ${sql.ref(`${table}.id`)}) < (${created}, ${id})`

export const isAfter = (table: 'tokens', [created, id]: Place): RawBuilder<boolean> =>
  sql<boolean>`(${sql.ref(`${table}.created_at`)}, ${sql.ref(`${table}.id`)}) > (${created}, ${id})`
