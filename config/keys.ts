import { z } from 'zod'
import { type DocumentName, documentNames, documents } from './schema.ts'

/** A key of the configuration: a leaf of one of its schemas. */
export type Key = {
  readonly document: DocumentName
  readonly path: readonly string[]
  /** As in `api.port`. */
  readonly name: string
  /** The environment variable that sets it. */
  readonly variable: string
  readonly type: z.core.$ZodType
  /** How the text of a variable is to be read. */
  readonly reads: 'text' | 'number' | 'boolean' | 'list'
  readonly secret: boolean | 'wrong'
  readonly expand: 'path' | 'text' | undefined
}

/** Below this, names of environment variables are names of keys. */
export const variablePrefix = 'DEBUG_SERVER__'

export const keys: readonly Key[] = documentNames.flatMap(document => [
  ...leaves(document, documents[document], []),
])

export const keysByName: ReadonlyMap<string, Key> = new Map(keys.map(key => [key.name, key]))

/** Tables that hold keys, by name: `api`. */
export const sections: ReadonlyMap<string, DocumentName> = new Map(
  keys.flatMap(({ path, document }) =>
    path.slice(1).map((_, at) => [path.slice(0, at + 1).join('.'), document] as const),
  ),
)

/** The name of a key, quoted as TOML wants it. */
export const keyName = (path: readonly string[]): string =>
  path.map(part => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part))).join('.')

function* leaves(
  document: DocumentName,
  table: z.ZodObject,
  above: readonly string[],
): Generator<Key, undefined> {
  for (const [name, type] of Object.entries(table.shape)) {
    const path = [...above, name]
    const [inner, meta] = unwrapped(type)
    if (inner instanceof z.ZodObject) yield* leaves(document, inner, path)
    else
      yield {
        document,
        path,
        name: path.join('.'),
        variable: `${variablePrefix}${path.join('__').toUpperCase()}`,
        type,
        reads: readsAs(inner),
        secret: meta.secret ?? false,
        expand: meta.expand,
      }
  }
}

/** What is inside of defaults and optionals, with the metadata of all of them. */
function unwrapped(type: z.core.$ZodType): [z.core.$ZodType, z.GlobalMeta] {
  const meta = z.globalRegistry.get(type)
  if (type instanceof z.ZodDefault || type instanceof z.ZodPrefault || type instanceof z.ZodOptional) {
    const [inner, below] = unwrapped(type.unwrap())
    return [inner, { ...below, ...meta }]
  }
  return [type, meta ?? {}]
}

function readsAs(type: z.core.$ZodType): Key['reads'] {
  if (type instanceof z.ZodNumber) return 'number'
  if (type instanceof z.ZodBoolean) return 'boolean'
  if (type instanceof z.ZodArray) return 'list'
  return 'text'
}
