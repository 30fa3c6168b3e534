import { join } from 'node:path'
import { isTable } from '../judge.ts'
import { keyName } from '../keys.ts'
import { parseToml } from '../parse-toml.ts'
import { type Place, placeText } from '../place.ts'
import type { Problem } from '../problem.ts'
import { readText } from '../read-text.ts'
import { tableProblems } from '../table-problems.ts'
import { lineOf, type TomlEntry, tomlEntries } from '../toml-entries.ts'
import { contradictions } from './contradictions.ts'
import { type McpSettings, mcpSchema } from './schema.ts'

/** Everything that is wrong, where something is: then there are no settings. */
export type McpConfiguration =
  | {
      readonly ok: true
      readonly settings: McpSettings
      /** What the files say, before defaults, and where they do. */
      readonly given: Readonly<Record<string, Readonly<Record<string, unknown>>>>
      readonly placeOf: PlaceOf
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

type PlaceOf = (path: readonly string[]) => Place
type Layer = { readonly values: Record<string, unknown>; readonly place: PlaceOf }
type File = { readonly role: 'shipped' | 'local' | 'overlay'; readonly name: string }

/** What programs write: servers that were installed. */
export const overlayName = '.artifacts/mcp/servers.toml'

/** In the order in which later ones override earlier ones. */
const files: readonly File[] = [
  { role: 'shipped', name: 'config/mcp.toml' },
  { role: 'local', name: 'config/mcp.local.toml' },
  { role: 'overlay', name: overlayName },
]

export type ReadMcpOptions = {
  /** Takes the place of what programs have written, to be judged before it is. */
  readonly overlay?: string
}

/** Where the files are, whether they exist or not. */
export const mcpFiles = (root: string): string[] => files.map(({ name }) => join(root, name))

/**
 * Reads which MCP servers there are. The local file overrides the shipped one table by table: two descriptions of one
 * server are never mixed. What a program wrote overrides nothing that a person did.
 */
export function readMcp(root: string, { overlay }: ReadMcpOptions = {}): McpConfiguration {
  const problems: Problem[] = []
  const merged: Record<string, Record<string, unknown>> = {}
  const places = new Map<string, PlaceOf>()
  for (const file of files) {
    const read =
      file.role === 'overlay' && overlay !== undefined ? layerOf(file.name, overlay) : readLayer(root, file)
    if ('problems' in read) problems.push(...read.problems)
    else
      for (const [path, value] of tablesOf(read.values)) {
        const key = keyName(path)
        const before = places.get(key)
        if (file.role === 'overlay' && (before !== undefined || isOfPeople(path)))
          problems.push({ place: read.place(path), text: beyondOverlay(path, before) })
        else {
          const [kind = '', name = ''] = path
          merged[kind] = { ...merged[kind], [name]: value }
          places.set(key, read.place)
        }
      }
  }
  if (problems.length > 0) return { ok: false, problems }
  const settings = mcpSchema.parse(merged)
  const placeOf: PlaceOf = path => places.get(keyName(path.slice(0, 2)))?.(path) ?? { from: 'default' }
  const contradicting = contradictions(settings).map(({ path, text }) => {
    return { place: placeOf(path), text }
  })
  return contradicting.length > 0
    ? { ok: false, problems: contradicting }
    : { ok: true, settings, given: merged, placeOf }
}

/** Which servers there are, programs may say; not who may use them, and with what. */
const isOfPeople = ([kind]: readonly string[]): boolean => kind === 'gateway' || kind === 'manager'

/** Each table that is overridden as a whole, and each key of the gateway and the manager. */
const tablesOf = (values: Record<string, unknown>): [string[], unknown][] =>
  Object.entries(values).flatMap(([kind, tables]) =>
    isTable(tables)
      ? Object.entries(tables).map(([name, value]): [string[], unknown] => [[kind, name], value])
      : [],
  )

function beyondOverlay(path: readonly string[], before: PlaceOf | undefined): string {
  if (before === undefined) return `${keyName(path)} belongs in config/mcp.local.toml`
  return `${keyName(path)} is there already, in ${placeText(before(path))}; give this one another name`
}

function readLayer(root: string, { name }: File): Layer | { readonly problems: readonly Problem[] } {
  const at = (line?: number): Place => ({ from: 'file', file: name, line })
  const read = readText(join(root, name))
  if (read.kind === 'absent') return { values: {}, place: () => at() }
  if (read.kind === 'unreadable') return { problems: [{ place: at(read.line), text: read.reason }] }
  return layerOf(name, read.text)
}

function layerOf(name: string, text: string): Layer | { readonly problems: readonly Problem[] } {
  const at = (line?: number, column?: number): Place => ({ from: 'file', file: name, line, column })
  const parsed = parseToml(text)
  if (parsed.kind === 'fault')
    return { problems: [{ place: at(parsed.line, parsed.column), text: parsed.text }] }
  let entries: readonly TomlEntry[] | undefined
  const place: PlaceOf = path => {
    entries ??= tomlEntries(text)
    return at(lineOf(entries, path))
  }
  const problems = tableProblems(mcpSchema, parsed.values).map(({ path, text }) => ({
    place: place(path),
    text,
  }))
  return problems.length > 0 ? { problems } : { values: parsed.values, place }
}
