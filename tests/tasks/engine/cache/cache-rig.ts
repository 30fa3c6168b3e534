import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { CachedFile } from '../../../../tasks/engine/cache/cached-file.ts'
import { OutputCache, type OutputCacheOptions } from '../../../../tasks/engine/cache/output-cache.ts'

export const hash = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex')

/** Outputs by path: content, content with a mode, the text of a link, or a directory of its own. */
export type Tree = Readonly<
  Record<
    string,
    | string
    | Uint8Array
    | { readonly content: string; readonly mode: number }
    | { readonly link: string }
    | { readonly directory: number }
  >
>

export function temporaryDirectory(t: { teardown(end: () => unknown): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'ds-cache-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A root in which outputs are made, and a cache beside it. */
export class CachePlace {
  readonly root: string
  readonly directory: string
  readonly cache: OutputCache

  constructor(directory: string, options?: OutputCacheOptions, root = join(directory, 'root')) {
    this.root = root
    this.directory = join(directory, 'cache')
    this.cache = new OutputCache(this.directory, options)
    mkdirSync(this.root, { recursive: true })
  }

  make(tree: Tree): readonly CachedFile[] {
    return makeTree(this.root, tree)
  }

  /** Makes outputs and stores them. */
  async store(fingerprint: string, tree: Tree, result = 'result'): Promise<readonly CachedFile[]> {
    const files = this.make(tree)
    const stored = await this.cache.store({
      fingerprint,
      task: 'build',
      root: this.root,
      files,
      result: Buffer.from(result),
    })
    if (stored.kind !== 'stored') throw new Error(stored.why)
    return files
  }

  clear(): void {
    rmSync(this.root, { recursive: true, force: true })
    mkdirSync(this.root)
  }

  object(content: string | Uint8Array): string {
    const digest = hash(content)
    return join(this.directory, 'objects', digest.slice(0, 2), digest.slice(2))
  }

  entry(fingerprint: string): string {
    return join(this.directory, 'entries', `${fingerprint}.json`)
  }

  /** Every file of the cache, by kind. */
  listing(kind: 'objects' | 'entries' | 'temporary'): string[] {
    const directory = join(this.directory, kind)
    if (!existsSync(directory)) return []
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter(entry => !entry.isDirectory())
      .map(entry => join(entry.parentPath, entry.name))
  }
}

export function makeTree(root: string, tree: Tree): readonly CachedFile[] {
  for (const [name, what] of Object.entries(tree)) {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    if (typeof what === 'string' || what instanceof Uint8Array) writeFileSync(path, what)
    else if ('link' in what) {
      rmSync(path, { force: true })
      symlinkSync(what.link, path)
    } else if ('directory' in what) mkdirSync(path, { recursive: true })
    else writeFileSync(path, what.content)
    if (typeof what === 'object' && 'mode' in what) chmodSync(path, what.mode)
    if (typeof what === 'object' && 'directory' in what) chmodSync(path, what.directory)
  }
  return Object.keys(tree).map(path => fileOf(root, path))
}

export function fileOf(root: string, path: string): CachedFile {
  const stats = lstatSync(join(root, path))
  if (stats.isDirectory()) return { path, kind: 'directory', mode: stats.mode & 0o777, size: 0, digest: '' }
  const link = stats.isSymbolicLink()
  const content = link ? readlinkSync(join(root, path)) : readFileSync(join(root, path))
  return {
    path,
    kind: link ? 'link' : 'file',
    mode: link ? 0 : stats.mode & 0o777,
    size: stats.size,
    digest: hash(content),
  }
}

/** All that is in a root, as the cache describes it. */
export const filesIn = (root: string): readonly CachedFile[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map(path => fileOf(root, path))

/** A fingerprint, from a short name. */
export const print = (name: string): string => hash(name)
