import { parse } from 'toml'
import { z } from 'zod'
import { nearest } from '../lib/suggest.ts'
import { UserError } from '../lib/user-error.ts'

/**
 * From layers of settings to one checked object, purely: later layers override earlier ones key by key, each value
 * remembers the layer it came from, and all errors come at once.
 */
export type Layer = { origin: string; values: Record<string, unknown> }

export type Settings<T> = {
  values: T
  /** The layer that set a key such as `api.port`; undefined for a default of the schema. */
  origin(key: string): string | undefined
}

export function parseToml(text: string, origin: string): Layer {
  try {
    return { origin, values: parse(text) }
  } catch (error) {
    throw new UserError(`${origin}${placeOf(error)}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}

const positionSchema = z.object({ line: z.number(), column: z.number() })
/** The parser tells where it stopped as `location.start`, and what contradicts something earlier by its own fields. */
const placeSchema = z.union([positionSchema, z.object({ location: z.object({ start: positionSchema }) })])

function placeOf(error: unknown): string {
  const place = placeSchema.safeParse(error)
  if (!place.success) return ''
  const { line, column } = 'location' in place.data ? place.data.location.start : place.data
  return `:${line}:${column}`
}

/** `DEBUG_SERVER__API__PORT=8100` sets `api.port`. Values are read as TOML where that succeeds, else as text. */
export function environmentLayer(
  environment: Record<string, string | undefined>,
  sections: readonly string[],
): Layer {
  const values: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(environment)) {
    const [, section, key] = /^DEBUG_SERVER__([A-Z0-9_]+?)__([A-Z0-9_]+)$/.exec(name) ?? []
    const topLevel = /^DEBUG_SERVER__([A-Z0-9_]+)$/.exec(name)?.[1]
    if (text === undefined) continue
    if (section !== undefined && key !== undefined && sections.includes(section.toLowerCase()))
      assign(values, [section.toLowerCase(), key.toLowerCase()], parseValue(text))
    else if (topLevel !== undefined && sections.includes(topLevel.toLowerCase()))
      values[topLevel.toLowerCase()] = parseValue(text)
  }
  return { origin: 'the environment', values }
}

function parseValue(text: string): unknown {
  try {
    const { value } = parse(`value = ${text}`)
    return value
  } catch {
    return text
  }
}

export function combine<Schema extends z.ZodObject>(
  schema: Schema,
  layers: readonly Layer[],
): Settings<z.output<Schema>> {
  const merged: Record<string, unknown> = {}
  const origins = new Map<string, string>()
  for (const { origin, values } of layers)
    for (const [path, value] of leaves(values)) {
      assign(merged, path, value)
      origins.set(path.join('.'), origin)
    }
  const result = schema.safeParse(merged)
  if (!result.success) throw new UserError(describe(result.error, origins, schema))
  return { values: result.data, origin: key => origins.get(key) }
}

function* leaves(values: Record<string, unknown>, path: string[] = []): Generator<[string[], unknown]> {
  for (const [key, value] of Object.entries(values))
    if (isTable(value)) yield* leaves(value, [...path, key])
    else yield [[...path, key], value]
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

function assign(target: Record<string, unknown>, [head = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[head] = value
    return
  }
  const existing = target[head]
  const inner = isTable(existing) ? existing : {}
  target[head] = inner
  assign(inner, rest, value)
}

function describe(error: z.ZodError, origins: ReadonlyMap<string, string>, schema: z.ZodObject): string {
  const lines = error.issues.flatMap(issue => {
    const place = issue.path.join('.')
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(key => {
        const full = [...issue.path, key].join('.')
        const near = nearest(key, keysAt(schema, issue.path))
        return `${originOf(full, origins)}: unknown key ${full}${near === undefined ? '' : `, did you mean "${near}"?`}`
      })
    return [`${originOf(place, origins)}: ${place}: ${issue.message}`]
  })
  return `the configuration is not valid\n${lines.map(line => `  ${line}`).join('\n')}`
}

const originOf = (key: string, origins: ReadonlyMap<string, string>): string =>
  [...origins].find(([path]) => path === key || path.startsWith(`${key}.`))?.[1] ?? 'configuration'

function keysAt(schema: z.ZodObject, path: readonly PropertyKey[]): string[] {
  let keys: unknown = schema
  for (const step of path) {
    const shape = shapeOf(keys)
    keys = shape?.[String(step)]
  }
  return Object.keys(shapeOf(keys) ?? {})
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  if (!isTable(schema)) return undefined
  if (isTable(schema.shape)) return schema.shape
  if (isTable(schema.def) && isTable(schema.def.innerType)) return shapeOf(schema.def.innerType)
  return undefined
}
