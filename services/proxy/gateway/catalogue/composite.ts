import type { CompositeSettings, OperationSettings } from '../../../../config/mcp/schema.ts'
import { didYouMean } from '../../../../lib/suggest.ts'
import type { Offers, Tool } from './offer.ts'
import { isTable, type Table } from './table.ts'
import { tidyOutputSchema, tidySchema } from './tidy-schema.ts'

/** What an agent is shown of a composite tool: the operations, and all arguments that the tools it stands for take. */
export function compositeDefinition(name: string, composite: CompositeSettings, offers: Offers): Tool {
  const { title, description, selector, operations } = composite
  const words = Object.keys(operations)
  const told = Object.entries(operations).flatMap(([word, operation]) =>
    operation.description === undefined ? [] : [`${word}: ${operation.description}`],
  )
  const output = tidyOutputSchema(composite.output_schema)
  const inputSchema = composite.input_schema ?? {
    type: 'object',
    properties: {
      ...Object.assign(
        {},
        ...Object.values(operations)
          .toReversed()
          .map(one => argumentsOf(one, offers)),
      ),
      [selector]: { type: 'string', enum: words, description: told.join('\n') || 'what to do' },
    },
    required: [selector],
  }
  return {
    name,
    ...(title === undefined ? {} : { title }),
    description,
    inputSchema: { ...tidySchema(inputSchema), type: 'object' },
    ...(output === undefined ? {} : { outputSchema: output }),
  }
}

/** Where an operation renames arguments its own names count. */
function argumentsOf({ server, tool, arguments: mappings }: OperationSettings, offers: Offers): Table {
  const properties = propertiesOf(toolIn(offers, server, tool))
  if (mappings.length === 0) return properties
  return Object.fromEntries(
    mappings.flatMap(({ target, source = target, value }) => {
      const [head = ''] = source.split('.')
      return value === undefined && head !== '' ? [[head, properties[target] ?? {}]] : []
    }),
  )
}

export const toolIn = (offers: Offers, server: string, tool: string): Tool | undefined =>
  offers.get(server)?.tools.find(({ name }) => name === tool)

const propertiesOf = (tool: Tool | undefined): Table => {
  const properties = tool?.inputSchema.properties
  return isTable(properties) ? properties : {}
}

export type ComposedCall =
  | { readonly ok: true; readonly server: string; readonly tool: string; readonly arguments: Table }
  | { readonly ok: false; readonly message: string }

/** Which tool a call of a composite one is of, with its arguments; or what is wrong with the call. */
export function composedCall(composite: CompositeSettings, given: Table, offers: Offers): ComposedCall {
  const { selector, operations } = composite
  const { [selector]: word, ...rest } = given
  const words = Object.keys(operations)
  if (typeof word !== 'string')
    return refused(`the argument ${selector} is missing; it is one of: ${words.join(', ')}`)
  const wanted = word.trim().toLowerCase()
  const found = Object.entries(operations).find(([name, { aliases }]) =>
    [name, ...aliases].some(one => one.toLowerCase() === wanted),
  )
  if (found === undefined) {
    const hint = didYouMean(word, words)
    return refused(
      `${selector} "${word.slice(0, 100)}" is none of: ${words.join(', ')}${hint === undefined ? '' : `; ${hint}`}`,
    )
  }
  const [name, operation] = found
  const properties = propertiesOf(toolIn(offers, operation.server, operation.tool))
  const mapped = mappedArguments(operation, rest)
  if (!mapped.ok) return refused(`${name}: ${mapped.message}`)
  const decoded = Object.fromEntries(
    Object.entries(mapped.value).map(([key, value]) => [key, decodedAs(properties[key], value)]),
  )
  for (const group of operation.require_any_of)
    if (!group.some(key => valueAt(rest, key) !== undefined && valueAt(rest, key) !== null))
      return refused(`${name} needs ${group.length === 1 ? group.join('') : `one of ${group.join(', ')}`}`)
  return { ok: true, server: operation.server, tool: operation.tool, arguments: decoded }
}

const refused = (message: string) => ({ ok: false as const, message })

/** Agents give null for what they leave out: it is no argument, unless the operation says so. */
function mappedArguments({ arguments: mappings }: OperationSettings, given: Table) {
  if (mappings.length === 0) return { ok: true as const, value: withoutNulls(given) }
  const value: Record<string, unknown> = {}
  for (const {
    target,
    source = target,
    value: literal,
    default: otherwise,
    required,
    allow_null: isNullGiven,
  } of mappings) {
    const told = literal ?? valueAt(given, source)
    const one = told === undefined || (told === null && !isNullGiven) ? otherwise : told
    if (one !== undefined) assign(value, target.split('.'), one)
    else if (required) return refused(`the argument ${source} is missing`)
  }
  return { ok: true as const, value }
}

const withoutNulls = (given: Table): Table =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))

/** Some agents write a list or an object as the text of it. What takes a text is left alone. */
function decodedAs(schema: unknown, value: unknown): unknown {
  if (typeof value !== 'string' || !isTable(schema)) return value
  const types = [schema.type].flat()
  if (types.includes('string') || !types.some(type => typeof type === 'string' && type !== 'null'))
    return value
  try {
    const decoded: unknown = JSON.parse(value)
    return types.includes(typeName(decoded)) || (types.includes('number') && typeof decoded === 'number')
      ? decoded
      : value
  } catch {
    return value
  }
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (value === null) return 'null'
  return Number.isInteger(value) ? 'integer' : typeof value
}

function valueAt(table: Table, path: string): unknown {
  if (path === '') return table
  let value: unknown = table
  for (const part of path.split('.')) {
    if (!isTable(value) || !Object.hasOwn(value, part)) return undefined
    value = value[part]
  }
  return value
}

function assign(
  table: Record<string, unknown>,
  [head = '', ...rest]: readonly string[],
  value: unknown,
): void {
  const own = Object.hasOwn(table, head) ? table[head] : undefined
  const inner = { ...(isTable(own) ? own : {}) }
  if (rest.length > 0) assign(inner, rest, value)
  // Not by assignment: a name such as __proto__ is one like any other.
  Object.defineProperty(table, head, {
    value: rest.length > 0 ? inner : value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/** A result of text alone that is JSON of an object, for a tool that says what its results consist of. */
export function decodedResult(composite: CompositeSettings, result: Table): Table {
  if (composite.output_schema === undefined || result.structuredContent !== undefined) return result
  const [only, ...others] = Array.isArray(result.content) ? result.content : []
  if (others.length > 0 || !isTable(only) || typeof only.text !== 'string') return result
  const decoded = decodedAs({ type: 'object' }, only.text)
  return isTable(decoded) ? { ...result, structuredContent: decoded } : result
}
