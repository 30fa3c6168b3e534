import { type Compilable, type CompiledQuery, type Expression, type Kysely, sql } from 'kysely'
import { directly } from './direct.ts'
import type { Schema } from './schema.ts'

/** Stands in a query for a value that is known at each call only. */
class Parameter {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Asks the database, with these values for its parameters. */
export type CompiledStoreQuery<Values extends object, Row> = (
  database: Kysely<Schema>,
  values: Values,
) => Promise<Row[]>

type Build<Values extends object, Row> = (
  database: Kysely<Schema>,
  parameter: <Name extends keyof Values & string>(name: Name) => Expression<Values[Name]>,
) => Compilable<Row>

/**
 * A query that is built and compiled at its first call only: for what is asked at every step of a debuggee and at
 * every start and end of a command, where that takes several times as long as the database does. What differs between calls stands in it as `parameter(name)`.
 */
export function compiledQuery<Values extends object, Row>(
  build: Build<Values, Row>,
): CompiledStoreQuery<Values, Row> {
  let compiled: CompiledQuery<Row> | undefined
  return async (database, values) => {
    compiled ??= build(database, name => sql`${new Parameter(name)}`).compile()
    const given = values as Record<string, unknown> // by the names of `parameter`
    const parameters = compiled.parameters.map(one => (one instanceof Parameter ? given[one.name] : one))
    const direct = directly(database)
    // The rows are what the database says they are, here as with Kysely.
    if (direct !== undefined) return direct.ask(compiled.sql, parameters) as Row[]
    const { rows } = await database.executeQuery<Row>({ ...compiled, parameters })
    return rows
  }
}
