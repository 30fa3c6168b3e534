import { glob, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { UserError } from '../../lib/user-error.ts'

/**
 * The test files that are wanted, files or directories, or all where none is named; those that may take longest first. How
 * long that is stands in them: `t.setTimeout(60_000)`. One that says nothing is short.
 */
export async function testFiles(root: string, wanted: readonly string[]): Promise<string[]> {
  const patterns = wanted.length === 0 ? ['tests/**/*.test.ts'] : wanted.map(name => asPattern(root, name))
  const found = new Map<string, number>()
  for (const pattern of patterns) {
    const before = found.size
    for await (const file of glob(pattern, {
      cwd: root,
      exclude: ['**/node_modules/**', 'tests/fixtures/**'],
    }))
      found.set(file, timeLimitOf(await readFile(join(root, file), 'utf8')))
    if (found.size === before) throw new UserError(`no test file is named ${pattern}`)
  }
  return [...found]
    .sort(([one, limit], [other, otherLimit]) => otherLimit - limit || one.localeCompare(other))
    .map(([file]) => file)
}

/** A file as it is, a directory as all tests in it; both may be given relative to where one stands. */
function asPattern(root: string, name: string): string {
  const path = relative(root, resolve(name))
  return path.endsWith('.ts') ? path : join(path, '**/*.test.ts')
}

/** In milliseconds, of all its tests; 0 where it sets none. */
function timeLimitOf(source: string): number {
  const [, digits = '0'] = /^t\.setTimeout\(([\d_]+)\)/m.exec(source) ?? []
  return Number(digits.replaceAll('_', ''))
}
