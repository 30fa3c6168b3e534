import { z } from 'zod'

/** What a key takes, in words that follow "expected": its description, or else what its type says. */
export const allowed = (type: z.core.$ZodType): string => spoken(z.toJSONSchema(type, { io: 'input' }))

function spoken(schema: z.core.JSONSchema.BaseSchema): string {
  if (schema.description !== undefined) return schema.description
  if (schema.enum !== undefined) return anyOf(schema.enum)
  switch (schema.type) {
    case 'boolean':
      return 'true or false'
    case 'integer':
      return `a whole number${range(schema)}`
    case 'number':
      return `a number${range(schema)}`
    case 'array':
      return `a list${listed(schema.items)}`
    case 'string':
      return (schema.minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text'
    default:
      return 'another value'
  }
}

const anyOf = (values: readonly unknown[]): string => {
  const texts = values.map(value => JSON.stringify(value))
  return texts.length === 1 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`
}

const listed = (items: z.core.JSONSchema.BaseSchema['items']): string =>
  typeof items !== 'object' || Array.isArray(items) ? '' : ` in brackets, each of it ${spoken(items)}`

function range(schema: z.core.JSONSchema.BaseSchema): string {
  const { minimum, exclusiveMinimum, maximum } = schema
  // Every whole number has bounds: those of what can be counted exactly.
  const top = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  const bottom = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum
  const low =
    bottom === undefined
      ? exclusiveMinimum === undefined
        ? undefined
        : `above ${exclusiveMinimum}`
      : `from ${bottom}`
  if (top !== undefined)
    return low === undefined ? ` up to ${top}` : ` ${low}${bottom === undefined ? ', up' : ''} to ${top}`
  return low === undefined ? '' : ` ${low}${bottom === undefined ? '' : ' upwards'}`
}
