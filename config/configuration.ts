import { judgeEnvironment } from './environment.ts'
import { type ConfigurationFile, configurationFiles, configVariable, type Setter } from './files.ts'
import { type Environment, type Judged, judge, type SetKey } from './judge.ts'
import { contradictions } from './manager.ts'
import { parseToml } from './parse-toml.ts'
import type { Place } from './place.ts'
import type { Problem } from './problem.ts'
import { readText } from './read-text.ts'
import { lineOf, type TomlEntry, tomlEntries } from './toml-entries.ts'

/** What is set, by the name of the key, after all layers, and everything that is wrong. */
export type Configuration = {
  readonly set: ReadonlyMap<string, SetKey & { readonly by: Setter }>
  readonly files: readonly (ConfigurationFile & { readonly exists: boolean })[]
  readonly problems: readonly Problem[]
}

/**
 * Reads all layers of a workspace's configuration: `config/NAME.toml`, then `config/NAME.local.toml`, then the files
 * that were named, then the environment. Later ones override earlier ones, key by key. Throws nothing for what a person
 * may have written.
 */
export function readConfiguration(root: string, environment: Environment): Configuration {
  const { files, problems: unnamed } = configurationFiles(root, environment)
  const layers = files.map(file => ({ by: file.role, file, ...judgeFile(file, environment) }))
  const variables = { by: 'environment' as const, ...judgeEnvironment(environment) }
  const set = new Map(
    [...layers, variables].flatMap(({ by, set }) => set.map(one => [one.key.name, { ...one, by }] as const)),
  )
  return {
    set,
    files: layers.map(({ file, exists }) => ({ ...file, exists })),
    problems: [
      ...unnamed,
      ...layers.flatMap(({ problems }) => problems),
      ...variables.problems,
      ...contradictions(set),
    ],
  }
}

function judgeFile(file: ConfigurationFile, environment: Environment): Judged & { exists: boolean } {
  const at = (line?: number, column?: number): Place => ({ from: 'file', file: file.name, line, column })
  const wrong = (text: string, line?: number, column?: number) => ({
    set: [],
    problems: [{ place: at(line, column), text }],
    exists: true,
  })
  const read = readText(file.path)
  switch (read.kind) {
    case 'absent':
      return file.role === 'named'
        ? { ...wrong(`there is no such file; it is named by --config or ${configVariable}`), exists: false }
        : { set: [], problems: [], exists: false }
    case 'unreadable':
      return wrong(read.reason, read.line)
    case 'text': {
      const parsed = parseToml(read.text)
      if (parsed.kind === 'fault') return wrong(parsed.text, parsed.line, parsed.column)
      let entries: readonly TomlEntry[] | undefined
      const place = (path: readonly string[]) => {
        entries ??= tomlEntries(read.text)
        return at(lineOf(entries, path))
      }
      return {
        ...judge({ values: parsed.values, documents: file.documents, place, environment }),
        exists: true,
      }
    }
  }
}
