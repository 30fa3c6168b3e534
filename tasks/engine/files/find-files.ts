import { type Dirent, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { posix } from 'node:path'
import { errorCode } from '../../../lib/error-code.ts'

/** Directories that no pattern looks into unless it names them. */
export const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules', '.artifacts'])

/** Whether a text is a pattern. Parentheses alone do not make one, for directories are called `(group)`. */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text)
}

/** Around what is no alternative, and not behind a sign that gives them a meaning. */
const plainParentheses = /(^|[^?*+@!\\])\(([^()|]*)\)/g

type Matches = (path: string) => boolean

/** Without what has a meaning in patterns. */
const plain = '[^*?[\\]{}()!+@|\\\\/]'
const common = new RegExp(`^((?:${plain}+/)*)(\\*\\*/)?\\*(${plain}*)$`)

/**
 * For the patterns that most are, all files of one ending in a directory or below it: the same as that of picomatch, which
 * takes longer to load than a thousand files to look at. Undefined for others.
 */
export function commonMatcher(pattern: string): Matches | undefined {
  const [, base, deep, end] = common.exec(pattern) ?? []
  if (base === undefined || end === undefined) return undefined
  return path => {
    if (!path.startsWith(base) || !path.endsWith(end) || (base === '' && path.startsWith('../'))) return false
    const name = path.lastIndexOf('/') + 1
    return path.length > name && name >= base.length && (deep !== undefined || name === base.length)
  }
}

/** Loaded at the first pattern that is not a common one. */
export function compile(pattern: string): Matches {
  picomatch ??= createRequire(import.meta.url)('picomatch') as Picomatch
  return picomatch(pattern.replace(plainParentheses, '$1\\($2\\)'), { dot: true })
}

function globMatcher(pattern: string): Matches {
  return commonMatcher(pattern) ?? compile(pattern)
}

type Picomatch = (pattern: string, options: { readonly dot: boolean }) => Matches
let picomatch: Picomatch | undefined

/** The part of a pattern that holds no pattern: where its files are below. */
export function baseOf(pattern: string): string {
  const parts = pattern.split('/')
  const plain = parts.findIndex(isGlob)
  return parts.slice(0, plain === -1 ? -1 : plain).join('/')
}

/**
 * The files below `root` that match a pattern, relative to it, in order. Directories that are links are not followed,
 * so there is an end; `.git`, `node_modules` and `.artifacts` are left out where the pattern does not name them.
 */
export function filesMatching(root: string, pattern: string): string[] {
  if (pattern.endsWith('/**') && !isGlob(pattern.slice(0, -3))) return filesBelow(root, pattern.slice(0, -3))
  const parts = pattern.split('/')
  const deepest = pattern.includes('**') ? Number.POSITIVE_INFINITY : parts.length
  const wanted = { base: baseOf(pattern), named: new Set(parts), deepest, matches: globMatcher(pattern) }
  return findFiles(root, wanted)
}

/** All files below a directory, which may be called like a pattern. */
export function filesBelow(root: string, directory: string): string[] {
  const deepest = Number.POSITIVE_INFINITY
  return findFiles(root, {
    base: directory,
    named: new Set(directory.split('/')),
    deepest,
    matches: () => true,
  })
}

interface Wanted {
  /** The directory to begin with. */
  readonly base: string
  /** Directories that are looked into though they are skipped otherwise. */
  readonly named: ReadonlySet<string>
  readonly deepest: number
  readonly matches: Matches
}

function findFiles(root: string, { base, named, deepest, matches }: Wanted): string[] {
  const found: string[] = []
  const visit = (directory: string, depth: number) => {
    for (const entry of entriesOf(root, directory)) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`
      if (entry.isDirectory()) {
        if (depth < deepest && (named.has(entry.name) || !skipped.has(entry.name))) visit(path, depth + 1)
      } else if (isFile(entry) && matches(path)) found.push(path)
    }
  }
  visit(base, base === '' ? 1 : base.split('/').length + 1)
  return found.sort()
}

/** A matcher for paths that are relative to the same root. */
export function matcherOf(pattern: string): Matches {
  if (isGlob(pattern)) return globMatcher(pattern)
  const below = `${pattern}/`
  return path => path === pattern || path.startsWith(below)
}

/** A path as it is told and compared: `./a//b/` is `a/b`, and nothing is `.`. */
export function plainPath(path: string): string {
  const plain = posix.normalize(path)
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain
}

function entriesOf(root: string, directory: string): Dirent[] {
  try {
    return readdirSync(directory.startsWith('/') ? directory : `${root}/${directory}`, {
      withFileTypes: true,
    })
  } catch (error) {
    // What is not there, or went away meanwhile, holds no files.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return []
    throw error
  }
}

/** Pipes and sockets are not read: that might never end. */
function isFile(entry: Dirent): boolean {
  return entry.isFile() || entry.isSymbolicLink()
}
