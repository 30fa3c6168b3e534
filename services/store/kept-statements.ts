import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { oncePer } from '../../lib/once-per.ts'

/** How many compiled statements are kept; there are fewer different ones, but for lists of varying length. */
const most = 200

/**
 * The shape that Kysely expects of a driver, from what node:sqlite offers. A statement is compiled once and kept: all
 * of ours are run to their end at once, so none is ever in use twice.
 */
export const keptStatements = oncePer((database: DatabaseSync) => {
  let changed = 0
  let recallable = 0
  const count = (sql: string) => {
    if (!changes.test(sql)) return () => undefined
    const isRecallable = !unrecalled.test(sql)
    return (rows: number) => {
      changed += rows
      if (isRecallable) recallable += rows
    }
  }
  const compile = (sql: string) => {
    const statement = database.prepare(sql)
    const counted = count(sql)
    return {
      reader: statement.columns().length > 0,
      all(parameters: readonly unknown[]) {
        const rows = statement.all(...inSqlite(parameters))
        counted(rows.length)
        return rows
      },
      run(parameters: readonly unknown[]) {
        const result = statement.run(...inSqlite(parameters))
        counted(Number(result.changes))
        return result
      },
      iterate: (parameters: readonly unknown[]) => statement.iterate(...inSqlite(parameters)),
    }
  }
  const kept = new Map<string, ReturnType<typeof compile>>()
  return {
    /** How many rows have been changed so far, but for those that others brought with them. */
    changed: () => changed,
    /** Those among them that what is recalled may tell of (see `recall.ts`). */
    recallable: () => recallable,
    close: () => database.close(),
    prepare(sql: string) {
      const known = kept.get(sql)
      if (known !== undefined) return known
      const compiled = compile(sql)
      if (kept.size >= most) kept.clear()
      kept.set(sql, compiled)
      return compiled
    },
  }
})

/** What a statement that changes rows begins with; one that begins with `with` only where it returns what it has changed, or nothing. */
const changes = /^\s*(?:insert|update|delete|replace|with\b.*\b(?:insert|update|delete))\b/is

/** Of what is new in these tables no recalled answer tells. */
const unrecalled =
  /^insert into "(?:commands|command_inputs|command_dependencies|changes|audit|idempotency_keys)" /

/** Most are given as SQLite takes them: those are not copied. */
const inSqlite = (parameters: readonly unknown[]): readonly SQLInputValue[] =>
  areSqlite(parameters) ? parameters : parameters.map(toSqlite)

const areSqlite = (values: readonly unknown[]): values is readonly SQLInputValue[] => values.every(isSqlite)

const isSqlite = (value: unknown): value is string | number | null =>
  typeof value === 'string' || typeof value === 'number' || value === null

function toSqlite(value: unknown): SQLInputValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'undefined':
      return null
    default:
      if (value === null || value instanceof Uint8Array) return value
      throw new TypeError(`a query parameter of type ${typeof value} has no SQLite form`)
  }
}
