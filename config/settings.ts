import type { z } from 'zod'
import { type Configuration, readConfiguration } from './configuration.ts'
import type { Setter } from './files.ts'
import type { Environment } from './judge.ts'
import type { Place } from './place.ts'
import { ConfigurationError } from './problem.ts'
import {
  type BootstrapSettings,
  bootstrapSchema,
  type DocumentName,
  type ServerSettings,
  type SmokeSettings,
  serverSchema,
  smokeSchema,
} from './schema.ts'

/**
 * Settings as they are used: whole, typed, and valid. They hold what was written; workspace.ts says what it leads to.
 * Whatever is wrong in any file or variable is told at once, also by who needs only some of it.
 */
export type Settings<T> = {
  readonly values: T
  /** Where a key such as `api.port` was set, and by whom; undefined for a default of the schema. */
  origin(key: string): { readonly place: () => Place; readonly by: Setter } | undefined
}

export const bootstrapSettings = (root: string, environment: Environment): Settings<BootstrapSettings> =>
  settingsOf(readConfiguration(root, environment), 'bootstrap', bootstrapSchema)

export const serverSettings = (root: string, environment: Environment): Settings<ServerSettings> =>
  settingsOf(readConfiguration(root, environment), 'server', serverSchema)

export const smokeSettings = (root: string, environment: Environment): Settings<SmokeSettings> =>
  settingsOf(readConfiguration(root, environment), 'smoke', smokeSchema)

/** Whether a person asked for this value, as opposed to the default that the project ships. */
export function wasAskedFor(settings: Settings<unknown>, key: string): boolean {
  const origin = settings.origin(key)
  return origin !== undefined && origin.by !== 'shipped'
}

function settingsOf<Schema extends z.ZodObject>(
  { set, problems }: Configuration,
  document: DocumentName,
  schema: Schema,
): Settings<z.output<Schema>> {
  if (problems.length > 0) throw new ConfigurationError(problems)
  const table: Record<string, unknown> = {}
  for (const { key, value } of set.values()) if (key.document === document) assign(table, key.path, value)
  return { values: schema.parse(table), origin: key => set.get(key) }
}

/** Sets what a path of names leads to, making tables on the way. The names are those of keys, never a user's. */
function assign(
  table: Record<string, unknown>,
  [head = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    table[head] = value
    return
  }
  const inner: Record<string, unknown> = {}
  const there = table[head]
  if (typeof there === 'object' && there !== null) Object.assign(inner, there)
  table[head] = inner
  assign(inner, rest, value)
}
