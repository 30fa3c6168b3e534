import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../lib/atomic-file.ts'
import { nearest } from '../lib/suggest.ts'
import { UserError } from '../lib/user-error.ts'
import { keyName, keys, sections } from './keys.ts'
import { localText } from './local-text.ts'
import { parseToml } from './parse-toml.ts'
import { problemText } from './problem.ts'
import { readText } from './read-text.ts'
import { documentNames } from './schema.ts'
import { type WithoutKeys, withoutKeys } from './without-keys.ts'

/** The files by which a clone differs from what is shipped: made, and cleared of keys. */

export const localFiles = documentNames.map(document => ({ document, name: `config/${document}.local.toml` }))

/** Writes both local files, with every key commented out. Neither is written where one is there and `force` is not given. */
export async function makeLocalFiles(root: string, { force }: { force: boolean }): Promise<string[]> {
  const there = localFiles.filter(({ name }) => readText(join(root, name)).kind !== 'absent')
  if (there.length > 0 && !force)
    throw new UserError(`already there: ${there.map(({ name }) => name).join(', ')}`, {
      fix: 'edit it, or write it anew with --force: what it sets is lost then',
    })
  for (const { document, name } of localFiles) {
    const shipped = readFileSync(join(root, 'config', `${document}.toml`), 'utf8')
    await writeAtomically(join(root, name), localText(document, shipped))
  }
  return localFiles.map(({ name }) => name)
}

export type LocalChange = {
  readonly name: string
  /** The keys that it no longer sets. */
  readonly removed: readonly string[]
  /** The new content; undefined where nothing is left to keep. */
  readonly text: string | undefined
}

/**
 * What has to change for the local files to set none of these keys or sections, or, where none is named, nothing at all.
 * Throws for a name that is neither known nor set, and for a file that cannot be changed.
 */
export function planReset(root: string, names: readonly string[]): LocalChange[] {
  const isUnwanted = (path: readonly string[]) => {
    const key = keyName(path)
    return names.length === 0 || names.some(name => key === name || key.startsWith(`${name}.`))
  }
  const changes = localFiles.flatMap(({ name }) => {
    const text = textOf(root, name)
    return text === undefined ? [] : [changeOf(name, withoutKeys(text, isUnwanted))]
  })
  for (const name of names) {
    const isSet = changes.some(({ removed }) =>
      removed.some(key => key === name || key.startsWith(`${name}.`)),
    )
    if (!isSet) requireKnown(name)
  }
  return changes.filter(({ removed }) => removed.length > 0)
}

export async function applyReset(root: string, changes: readonly LocalChange[]): Promise<void> {
  for (const { name, text } of changes)
    if (text === undefined) await rm(join(root, name), { force: true })
    else await writeAtomically(join(root, name), text)
}

function textOf(root: string, name: string): string | undefined {
  const read = readText(join(root, name))
  if (read.kind === 'absent') return undefined
  const place = { from: 'file', file: name } as const
  if (read.kind === 'unreadable')
    throw new UserError(problemText({ place: { ...place, line: read.line }, text: read.reason }))
  const parsed = parseToml(read.text)
  if (parsed.kind === 'values') return read.text
  throw new UserError(
    problemText({ place: { ...place, line: parsed.line, column: parsed.column }, text: parsed.text }),
    { fix: 'correct it first, or write it anew with: debug-server config init --force' },
  )
}

function changeOf(name: string, { text, removed, stuck }: WithoutKeys): LocalChange {
  const [first] = stuck
  if (first !== undefined)
    throw new UserError(`${name}:${first.line}: ${keyName(first.path)} stands in the middle of a table`, {
      fix: 'take it out by hand, or reset the whole section',
    })
  return { name, text, removed: removed.map(keyName) }
}

function requireKnown(name: string): void {
  const known = [...keys.map(key => key.name), ...sections.keys()]
  if (known.includes(name)) return
  const near = nearest(name, known)
  throw new UserError(`there is no key ${name}`, {
    fix: near === undefined ? 'see: debug-server config show' : `did you mean ${near}?`,
  })
}
