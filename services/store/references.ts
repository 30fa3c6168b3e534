import { type RawBuilder, sql } from 'kysely'
import type { UserId } from '../contract/ids.ts'

/** What a reference (a whole id, or a beginning of one) turned out to mean. */
export type Resolved<T> =
  | { found: true; value: T }
  | { found: false; reason: 'none' }
  | { found: false; reason: 'ambiguous'; candidates: string[] }

/** Whose sessions are meant: those of one user, or everybody's. */
export type Visibility = { owner: UserId } | 'all'

/** Whether the id in `column` begins like `reference`, which may leave out the prefix. Served by the id's index. */
export function beginsLike(column: string, prefix: string, reference: string): RawBuilder<boolean> {
  const from = reference.startsWith(`${prefix}_`) ? reference : `${prefix}_${reference}`
  // '{' follows 'z', the largest character of an id.
  return sql<boolean>`(${sql.ref(column)} >= ${from} and ${sql.ref(column)} < ${`${from}{`})`
}

/** Decides from at most three rows that begin alike. */
export function resolved<T extends { id: string }>(rows: T[]): Resolved<T> {
  const [first, second] = rows
  if (first === undefined) return { found: false, reason: 'none' }
  if (second === undefined) return { found: true, value: first }
  return { found: false, reason: 'ambiguous', candidates: rows.map(row => row.id) }
}
