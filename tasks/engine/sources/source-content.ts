import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, sep } from 'node:path'
import { isCode, type ParseModule } from './module-imports.ts'
import type { PackageEntries } from './package-target.ts'
import type { FileStat, RememberedSource } from './remembered-source.ts'
import { placeOf } from './specifier.ts'

/**
 * What the content of a file says of other files: it depends on the content, and on where the file is in truth, alone.
 * Throws the error of the system where the file cannot be read.
 */
export function contentOf(
  path: string,
  real: string,
  parse: ParseModule,
): Omit<RememberedSource, keyof FileStat | 'digest'> {
  const none = { imports: [], packages: [], ...(real !== path && { real }) }
  if (basename(path) === 'package.json' && !real.includes(`${sep}node_modules${sep}`)) {
    const entries = entriesOf(readFileSync(path, 'utf8'))
    return entries === undefined ? none : { ...none, entries }
  }
  if (!isCode(path)) return none
  const parsed = parse(path, readFileSync(path, 'utf8'))
  if (parsed === undefined) return { ...none, importsUnknown: true }
  const places = [
    ...parsed.imported.map(specifier => placeOf(specifier, real)),
    ...parsed.required.map(specifier => placeOf(required(specifier, real), real)),
  ]
  const imports = places.flatMap(place => (place.kind === 'file' ? place.path : []))
  const packages = places.flatMap(place => (place.kind === 'package' ? place.specifier : []))
  return { ...none, imports: [...new Set(imports)], packages: [...new Set(packages)] }
}

/** `require` adds extensions and looks into directories; where it finds nothing, the name stands for itself. */
function required(specifier: string, from: string): string {
  if (!/^\.{0,2}\//.test(specifier)) return specifier
  try {
    return createRequire(from).resolve(specifier)
  } catch {
    return specifier
  }
}

function entriesOf(text: string): PackageEntries | undefined {
  try {
    const { name, main, exports, imports } = JSON.parse(text) ?? {}
    return { name, main, exports, imports }
  } catch {
    return undefined // Node would not load anything of it either
  }
}
