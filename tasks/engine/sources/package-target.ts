/** What the package.json of a package says of where its modules are, as it stands there. */
export interface PackageEntries {
  readonly name?: unknown
  readonly main?: unknown
  readonly exports?: unknown
  readonly imports?: unknown
}

/** Those that hold where Node loads an ECMAScript module. */
const conditions: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'node-addons', 'default'])

/**
 * The file behind `name/sub/path` of a package, relative to the directory of its package.json. Undefined where the
 * package has none by that name. After Node's documentation, "Resolution algorithm specification".
 */
export function exportTarget({ exports, main }: PackageEntries, subpath: string): string | undefined {
  if (exports === undefined || exports === null) {
    if (subpath !== '') return `./${subpath}`
    return typeof main === 'string' ? main : './index.js'
  }
  const key = subpath === '' ? '.' : `./${subpath}`
  return isRecord(exports) && Object.keys(exports).some(name => name.startsWith('.'))
    ? mapped(exports, key)
    : key === '.'
      ? chosen(exports)
      : undefined
}

/** What `#name` stands for within a package: a file relative to the directory of its package.json, or another package. */
export const importTarget = ({ imports }: PackageEntries, name: string): string | undefined =>
  isRecord(imports) ? mapped(imports, name) : undefined

function mapped(map: Readonly<Record<string, unknown>>, key: string): string | undefined {
  if (Object.hasOwn(map, key) && !key.includes('*')) return chosen(map[key])
  let best: { pattern: string; before: string; star: string } | undefined
  for (const pattern of Object.keys(map)) {
    const [before = '', after, more] = pattern.split('*')
    if (after === undefined || more !== undefined) continue
    if (!key.startsWith(before) || !key.endsWith(after) || key.length < before.length + after.length) continue
    if (best !== undefined && best.before.length >= before.length) continue
    best = { pattern, before, star: key.slice(before.length, key.length - after.length) }
  }
  return best && chosen(map[best.pattern])?.replaceAll('*', () => best.star)
}

/** The first target whose conditions hold. */
function chosen(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (Array.isArray(target)) {
    for (const one of target) {
      const found = chosen(one)
      if (found !== undefined) return found
    }
  } else if (isRecord(target)) {
    for (const [condition, one] of Object.entries(target)) {
      const found = conditions.has(condition) ? chosen(one) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
