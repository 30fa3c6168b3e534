import { resolve } from 'node:path'
import { z } from 'zod'
import { didYouMean } from '../lib/suggest.ts'
import { type AppSettings, appNameExpression, appSchema, appTable } from './app-schema.ts'
import { parseToml } from './parse-toml.ts'
import { ConfigurationError, type Problem } from './problem.ts'
import { readText } from './read-text.ts'
import { lineOf, tomlEntries } from './toml-entries.ts'

/** The apps that a session may have, by name. */
export type DeclaredApps = ReadonlyMap<string, AppSettings>

type Tables = Map<string, Record<string, unknown>>

/**
 * Reads `config/apps.toml`, then `config/apps.local.toml`, whose keys override those of the same app. Throws a
 * ConfigurationError that tells everything that is wrong.
 */
export function declaredApps(root: string): DeclaredApps {
  const tables: Tables = new Map()
  const problems: Problem[] = []
  for (const name of ['apps.toml', 'apps.local.toml']) readFile(root, `config/${name}`, tables, problems)
  const apps = new Map<string, AppSettings>()
  for (const [name, table] of tables) {
    const judged = appSchema.safeParse(table)
    // What is wrong with one key by itself has been told, with its line.
    if (judged.success && judged.data.enabled) apps.set(name, judged.data)
    else if (problems.length === 0 && !judged.success) problems.push(...whole(name, judged.error))
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return apps
}

function readFile(root: string, file: string, tables: Tables, problems: Problem[]): void {
  const wrong = (text: string, line?: number, column?: number) =>
    problems.push({ place: { from: 'file', file, line, column }, text })
  const read = readText(resolve(root, file))
  if (read.kind === 'absent') return
  if (read.kind === 'unreadable') return void wrong(read.reason, read.line)
  const parsed = parseToml(read.text)
  if (parsed.kind === 'fault') return void wrong(parsed.text, parsed.line, parsed.column)
  const entries = tomlEntries(read.text)
  const at = (text: string, path: readonly string[]) => wrong(text, lineOf(entries, path))
  for (const [section, value] of Object.entries(parsed.values)) {
    const named = z.record(z.string(), z.record(z.string(), z.unknown())).safeParse(value)
    if (section !== 'apps' || !named.success) {
      at(`unknown key ${section}: each app is a table [apps.NAME]`, [section])
      continue
    }
    for (const [name, table] of Object.entries(named.data)) {
      const path = ['apps', name]
      if (!appNameExpression.test(name))
        at(`${name} is no name of an app: small letters, digits and single hyphens are, a letter first`, path)
      for (const problem of faultsOf(table)) at(problem.text, [...path, ...problem.path])
      tables.set(name, { ...tables.get(name), ...table })
    }
  }
}

/** What is wrong with the keys that are there, whichever else there may be. */
function faultsOf(table: Record<string, unknown>): { path: string[]; text: string }[] {
  const keys = Object.keys(appTable.shape)
  const judged = appTable.partial().safeParse(table)
  if (judged.success) return []
  return judged.error.issues.flatMap(issue =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(key => ({
          path: [key],
          text: [`unknown key ${key}`, didYouMean(key, keys)].filter(Boolean).join('; '),
        }))
      : [{ path: issue.path.map(String), text: `${issue.path.join('.')}: ${issue.message}` }],
  )
}

const whole = (name: string, error: z.ZodError): Problem[] =>
  error.issues.map(({ path, message }) => ({
    place: { from: 'file', file: 'config/apps.local.toml', line: undefined },
    text: `[apps.${name}] ${path.join('.')}: ${message}`,
  }))
