import { nearest } from '../lib/suggest.ts'
import { keyName, keys, keysByName, sections } from './keys.ts'
import type { DocumentName } from './schema.ts'

/**
 * What to say of a key, a section or a variable that is none of ours: what was probably meant, or where it belongs.
 * `documents` are those that the file may hold keys of.
 */
export function unknownKey(
  path: readonly string[],
  kind: 'key' | 'section',
  documents: readonly DocumentName[],
): string {
  const name = keyName(path)
  const told = `unknown ${kind} ${kind === 'section' ? `[${name}]` : name}`
  const replacement = replaced.get(name)
  if (replacement !== undefined) return `${told}; ${replacement}`
  const hint = elsewhere(path, documents) ?? meant(path, kind, documents)
  return hint === undefined ? told : `${told}; ${hint}`
}

/** A name that has moved, or that nothing has taken the place of. There is no reading of old names. */
const replaced: ReadonlyMap<string, string> = new Map([
  ['repository.mirror_path', 'it is called repository.path now'],
])

/** For a section or key of another document: where it belongs. */
export const foreign = (name: string, document: DocumentName): string =>
  `${name} belongs in config/${document}.local.toml`

/** The very name stands somewhere else: at the top, or under another section. */
function elsewhere(path: readonly string[], documents: readonly DocumentName[]): string | undefined {
  const last = path.at(-1) ?? ''
  const top = keysByName.get(last)
  if (path.length > 1 && top !== undefined)
    return `${last} stands at the top, before the first [section]${fileHint([top.document], documents)}`
  const homes = keys.filter(key => key.path.length > 1 && key.path.at(-1) === last)
  if (homes.length === 0) return undefined
  const places = homes.map(key => `[${key.path.slice(0, -1).join('.')}]`)
  return `${last} stands under ${places.join(' or ')}${fileHint(
    homes.map(({ document }) => document),
    documents,
  )}`
}

function fileHint(homes: readonly DocumentName[], documents: readonly DocumentName[]): string {
  const [home] = homes
  return home === undefined || homes.some(document => documents.includes(document))
    ? ''
    : `, in config/${home}.local.toml`
}

/** The nearest name: beside it first, then anywhere. */
function meant(
  path: readonly string[],
  kind: 'key' | 'section',
  documents: readonly DocumentName[],
): string | undefined {
  const known = keys.filter(({ document }) => documents.includes(document))
  if (kind === 'section') {
    const near = nearest(
      path.join('.'),
      [...sections].filter(([, document]) => documents.includes(document)).map(([name]) => name),
    )
    return near === undefined ? undefined : `did you mean [${near}]?`
  }
  const last = path.at(-1) ?? ''
  const above = path.slice(0, -1).join('.')
  const beside = known.filter(key => key.path.slice(0, -1).join('.') === above)
  const sibling = nearest(
    last,
    beside.map(key => key.path.at(-1) ?? ''),
  )
  const near =
    beside.find(key => key.path.at(-1) === sibling)?.name ??
    nearest(
      path.join('.'),
      known.map(({ name }) => name),
    )
  return near === undefined ? undefined : `did you mean ${near}?`
}

/** For a variable that begins as ours do and names no key. */
export function unknownVariable(name: string): string {
  const section = [...sections.keys()].find(path => name === `DEBUG_SERVER__${variableOf(path)}`)
  if (section !== undefined) return `it names the section [${section}]; name one of its keys: ${name}__KEY`
  const near = nearest(
    name,
    keys.map(({ variable }) => variable),
  )
  return near === undefined
    ? 'no setting has this name; see config/*.toml'
    : `no setting has this name; did you mean ${near}?`
}

const variableOf = (path: string): string => path.replaceAll('.', '__').toUpperCase()
