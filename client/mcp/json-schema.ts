import { z } from 'zod'
import type { JsonObject } from './reader.ts'

/**
 * The contract's schemas as JSON Schema for models: without the bounds of safe integers, and without patterns that only
 * some engines of regular expressions know. What is left out of an input is checked all the same: the contract's own
 * schema checks every call.
 */
export const inputSchema = (schema: z.ZodObject): JsonObject => objectSchema(schema, 'input')

/** What comes out follows the contract by itself, so that it is told by its shape alone. */
export const outputSchema = (schema: z.ZodType): Record<string, unknown> => plain(schema, 'output')

export function objectSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonObject {
  const { type, properties, required, ...rest } = plain(schema, io)
  if (type !== 'object') throw new TypeError('expected the schema of an object')
  return {
    type,
    properties: Object.fromEntries(
      Object.entries(properties ?? {}).map(([name, one]) => [name, Object(one)]),
    ),
    ...(Array.isArray(required) ? { required: required.map(String) } : {}),
    ...rest,
  }
}

function plain(schema: z.ZodType, io: 'input' | 'output') {
  const {
    $schema: _,
    '~standard': __,
    ...json
  } = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema }) {
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (io === 'output') {
        delete jsonSchema.pattern
        delete jsonSchema.additionalProperties
      } else if (jsonSchema.pattern !== undefined && /\(\?<?[!=]|\\u/.test(jsonSchema.pattern))
        delete jsonSchema.pattern
    },
  })
  return json
}
