import type { JsonSchema } from '../json-schemas.ts'

/**
 * Turns a schema into what a reader of a manual wants to know of it: `list of (string | null) (at most 5)`. Values stand in
 * backticks. `named` says how a thing with a name of its own is told.
 */
export function typeWords(schema: JsonSchema, named: (name: string) => string = name => name): string {
  const words = (part: unknown): string => (isSchema(part) ? typeWords(part, named) : 'anything')
  if (typeof schema.$ref === 'string') return named(schema.$ref.split('/').at(-1) ?? '')
  if ('const' in schema) return value(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map(value).join(' | ')
  const branches = [schema.anyOf, schema.oneOf, schema.type].find(Array.isArray)
  if (branches !== undefined)
    return unique(branches.map(branch => words(isSchema(branch) ? branch : { ...schema, type: branch })))
  switch (schema.type) {
    case 'string':
      return schema.format === 'date-time' ? 'instant' : `string${limits(schema)}`
    case 'integer':
    case 'number':
      return `${schema.type}${limits(schema)}`
    case 'array':
      return `list of ${grouped(words(schema.items))}${limits(schema)}`
    case 'object':
      return objectWords(schema, words)
    case 'boolean':
    case 'null':
      return schema.type
    default:
      return 'anything'
  }
}

const isSchema = (part: unknown): part is JsonSchema =>
  typeof part === 'object' && part !== null && !Array.isArray(part)

const value = (one: unknown): string => `\`${typeof one === 'string' ? one : JSON.stringify(one)}\``

const unique = (words: readonly string[]): string => [...new Set(words)].join(' | ')

const grouped = (words: string): string => (words.includes(' | ') ? `(${words})` : words)

function objectWords(
  { properties, additionalProperties: others }: JsonSchema,
  words: (part: unknown) => string,
): string {
  if (isSchema(properties) && Object.keys(properties).length > 0)
    return `{ ${Object.entries(properties)
      .map(([name, one]) => `${name}: ${words(one)}`)
      .join('; ')} }`
  return isSchema(others) && Object.keys(others).length > 0 ? `object of ${grouped(words(others))}` : 'object'
}

/** Bounds that stand for what can be counted exactly say nothing to a reader. */
function limits(schema: JsonSchema): string {
  const bounds = [
    bound(schema.minimum, Number.MIN_SAFE_INTEGER, 'from'),
    bound(schema.exclusiveMinimum, Number.MIN_SAFE_INTEGER, 'above'),
    bound(schema.maximum, Number.MAX_SAFE_INTEGER, 'up to'),
    bound(schema.maxLength, undefined, 'at most', ' characters'),
    bound(schema.maxItems, undefined, 'at most'),
  ].flatMap(found => found ?? [])
  return bounds.length === 0 ? '' : ` (${bounds.join(' ')})`
}

const bound = (limit: unknown, none: number | undefined, word: string, unit = ''): string | undefined =>
  typeof limit === 'number' && limit !== none ? `${word} ${limit.toLocaleString('en')}${unit}` : undefined
