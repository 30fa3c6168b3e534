/**
 * Reads as much of a conda environment file as is needed: which packages its `dependencies` list. Conda reads the
 * file; this one understands the block style in which they are written, and says so where one is not.
 */
export type EnvironmentFile =
  | { kind: 'read'; dependencies: readonly Dependency[]; nested: readonly string[] }
  | { kind: 'unreadable'; reason: string }

export type Dependency = {
  /** Index of its line. */
  line: number
  /** As written, without quotes and comment: `conda-forge::python >=3.9`. */
  spec: string
  name: string
  constraint: string
}

export function readEnvironmentFile(text: string): EnvironmentFile {
  const lines = text.split(/\r?\n/)
  const start = lines.findIndex(line => /^dependencies\s*:/.test(line))
  if (start === -1) return { kind: 'unreadable', reason: 'it has no list of dependencies' }
  if (!/^dependencies\s*:\s*(?:#.*)?$/.test(lines[start] ?? ''))
    return { kind: 'unreadable', reason: 'its dependencies are not written one a line' }
  const dependencies: Dependency[] = []
  const nested: string[] = []
  let indent: number | undefined
  for (const [offset, text] of lines.slice(start + 1).entries()) {
    if (/^\s*(?:#.*)?$/.test(text)) continue
    const [, space = '', item] = /^(\s*)-\s+(.*)$/.exec(text) ?? []
    if (item === undefined && /^\S/.test(text)) break // the next key of the file
    if (item === undefined) continue
    indent ??= space.length
    const spec = plain(item)
    if (space.length > indent) nested.push(spec)
    else if (!spec.endsWith(':')) dependencies.push({ line: start + 1 + offset, spec, ...parts(spec) })
  }
  return { kind: 'read', dependencies, nested }
}

const plain = (item: string): string =>
  item
    .replace(/(?:^|\s)#.*$/, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')

function parts(spec: string): { name: string; constraint: string } {
  const [, name = spec, constraint = ''] = /^(?:\S+::)?([\w.-]+)\s*(.*)$/.exec(spec) ?? []
  return { name: name.toLowerCase(), constraint: constraint.trim() }
}
