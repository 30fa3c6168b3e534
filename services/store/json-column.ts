import type { z } from 'zod'

/** Texts of more characters are parsed each time; and of so many of one schema the values are kept. */
const longest = 200
const most = 500

const kept = new WeakMap<z.ZodType, Map<string, unknown>>()

/**
 * The value of a JSON column, parsed. Most columns of most rows say the same (no limits, nothing to wait for), so the values
 * of short texts are kept; they cannot be changed.
 */
export function column<Schema extends z.ZodType>(schema: Schema, json: string): z.output<Schema> {
  if (json.length > longest) return schema.parse(JSON.parse(json))
  const values = valuesOf(schema)
  if (values.has(json)) return values.get(json) as z.output<Schema>
  const value = schema.parse(JSON.parse(json))
  if (values.size >= most) values.clear()
  values.set(json, frozen(value))
  return value
}

export const nullableColumn = <Schema extends z.ZodType>(
  schema: Schema,
  json: string | null,
): z.output<Schema> | null => (json === null ? null : column(schema, json))

function valuesOf(schema: z.ZodType): Map<string, unknown> {
  const found = kept.get(schema)
  if (found !== undefined) return found
  const values = new Map<string, unknown>()
  kept.set(schema, values)
  return values
}

/** With all that is in it. */
function frozen(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const part of Object.values(value)) frozen(part)
  }
  return value
}
