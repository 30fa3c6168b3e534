import { isTable, type Table } from './table.ts'

/**
 * Schemas as agents take them. Lists in which nothing may stand twice are made such; Codex refuses a tool whose output is
 * anything else than an object, or whose type is a list.
 */
export function tidySchema(schema: Table): Table {
  return tidyTable(schema, 0)
}

/** Undefined where it describes no object: a result without a schema is taken as it comes. */
export function tidyOutputSchema(schema: Table | undefined): Table | undefined {
  if (schema === undefined) return undefined
  const { type } = schema
  const isObject = type === 'object' || (Array.isArray(type) && type.includes('object'))
  return isObject || (type === undefined && 'properties' in schema)
    ? { ...tidyTable(schema, 0), type: 'object' }
    : undefined
}

/** Deeper than any real one; what is below stays as it is. */
const deepest = 64

function tidyTable(table: Table, depth: number): Table {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, tidy(key, value, depth)]))
}

function tidy(key: string, value: unknown, depth: number): unknown {
  if (depth > deepest) return value
  if (Array.isArray(value)) {
    const each = value.map(one => (isTable(one) ? tidyTable(one, depth + 1) : one))
    return key === 'enum' || key === 'required' || key === 'type' ? distinct(each) : each
  }
  return isTable(value) ? tidyTable(value, depth + 1) : value
}

function distinct(values: readonly unknown[]): unknown[] {
  const seen = new Set<string>()
  return values.filter(value => {
    const text = JSON.stringify(value)
    return !seen.has(text) && seen.add(text)
  })
}
