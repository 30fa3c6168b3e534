import { z } from 'zod'

/** How much a server might say: of what a text consists, how often, and how many things a list has. */
export type Size = { readonly text: string; readonly times: number; readonly items: number }

const instant = '2026-01-02T03:04:05.678Z'

/** A value that a schema of the contract takes, with each text as long and each list as full as may be. */
export function largest(schema: z.ZodType, size: Size): unknown {
  const same = (inner: unknown) => largest(typeOf(inner), size)
  if (schema instanceof z.ZodObject)
    return Object.fromEntries(Object.entries(schema.shape).map(([name, field]) => [name, same(field)]))
  if (schema instanceof z.ZodArray) {
    // Lists of long lists of long lists are more than anybody has, and take minutes to read.
    const one = largest(typeOf(schema.element), { ...size, items: Math.ceil(Math.min(size.items, 40) / 4) })
    return longest(schema, count => Array.from({ length: count }, () => one), size.items)
  }
  if (schema instanceof z.ZodUnion) return byLength(schema.options.map(same))
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return same(schema.def.innerType)
  if (schema instanceof z.ZodEnum) return byLength(schema.options)
  if (schema instanceof z.ZodLiteral) return byLength([...schema.values])
  if (schema instanceof z.ZodBoolean) return false
  if (schema instanceof z.ZodNumber)
    return firstOf(schema, [Number.MAX_SAFE_INTEGER, 1.2345678901234567e300, 65_535, 255, 1])
  if (schema.def.type === 'string') return largestText(schema, size)
  if (schema instanceof z.ZodUnknown) return { said: size.text.repeat(size.times) }
  throw new TypeError(`nobody has said how large a ${schema.def.type} may be`)
}

/** What is held to a form is no longer than that; any other text is as long as it is let. */
function largestText(schema: z.ZodType, { text, times }: Size): string {
  const ids = ['rep', 'ses', 'cmd', 'art', 'env', 'dbg', 'vwr'].map(kind => `${kind}_0123456789ab`)
  const formed = [instant, ...ids].filter(one => schema.safeParse(one).success)
  if (!schema.safeParse(text).success) return firstOf(schema, formed)
  return longest(schema, count => text.repeat(count), times)
}

/** The largest of what is made of so many parts, up to `most`, that the schema takes. */
function longest<Value>(schema: z.ZodType, make: (count: number) => Value, most: number): Value {
  for (let count = most; count > 1; count = Math.floor(count / 2)) {
    const value = make(count)
    if (schema.safeParse(value).success) return value
  }
  return make(1)
}

function firstOf<Value>(schema: z.ZodType, values: readonly Value[]): Value {
  const found = values.find(value => schema.safeParse(value).success)
  if (found === undefined) throw new TypeError(`nothing known is a ${JSON.stringify(z.toJSONSchema(schema))}`)
  return found
}

function byLength<Value>(values: readonly Value[]): Value {
  const sizeOf = (value: Value) => JSON.stringify(value).length
  const [first, ...others] = values
  if (first === undefined) throw new TypeError('there is no value')
  return others.reduce((most, one) => (sizeOf(one) > sizeOf(most) ? one : most), first)
}

function typeOf(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema
  throw new TypeError('expected a schema')
}
