import { realpathSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorCode } from '../../../lib/error-code.ts'
import { isTrustworthy } from '../files/file-look.ts'
import { type ParseModule, parseModule } from './module-imports.ts'
import { PackageFinder } from './package-finder.ts'
import { type FileStat, type RememberedSource, sameStat } from './remembered-source.ts'
import { contentOf } from './source-content.ts'
import { packageFile } from './specifier.ts'

/** A file that a task's source consists of. */
export interface SourceFile {
  readonly path: string
  /** Of its content. Undefined where there is no such file: what imports it fails when it runs. */
  readonly digest: string | undefined
  /** It cannot be parsed, so nothing is known of what it imports, and nothing of that counts. */
  readonly importsUnknown?: true
}

export interface SourceGraphOptions {
  /** What lies in it is not followed: the engine is no part of a task. */
  readonly engineDirectory: string
  readonly stat: (path: string) => FileStat | undefined
  readonly digest: (path: string) => string | undefined
  /** What earlier runs learned. */
  readonly remembered: { get(path: string): RememberedSource | undefined }
  readonly now: () => number
  readonly parse?: ParseModule
}

interface Look extends SourceFile {
  readonly imports: readonly string[]
}

interface Closure {
  readonly files: readonly SourceFile[]
  identity?: string
}

/**
 * Which files make up the source of a task: the modules that declare it, and all that these import. Where nothing has
 * changed since it was last read, that takes one look at each file's metadata; nothing is opened, and no parser loaded.
 *
 * Serves one run: every file is looked at once, as it was then. It stores nothing: `learned` is for who does.
 */
export class SourceGraph {
  readonly #options: Required<SourceGraphOptions>
  readonly #engine: string
  readonly #packages: PackageFinder
  readonly #sources = new Map<string, RememberedSource | undefined>()
  readonly #looks = new Map<string, Look>()
  readonly #closures = new Map<string, Closure>()
  readonly #learned = new Map<string, RememberedSource>()

  constructor(options: SourceGraphOptions) {
    this.#options = { parse: parseModule, ...options }
    this.#engine = options.engineDirectory.endsWith(sep)
      ? options.engineDirectory
      : options.engineDirectory + sep
    this.#packages = new PackageFinder({
      exists: path => this.#source(path) !== undefined,
      project: path => {
        const { entries, real = path } = this.#source(path) ?? {}
        return entries && { directory: dirname(real), entries }
      },
    })
  }

  /** What this run learned that was not remembered, by path. */
  get learned(): ReadonlyMap<string, RememberedSource> {
    return this.#learned
  }

  /** The files behind modules, given as URLs or absolute paths; sorted by path. */
  filesOf(modules: readonly string[]): readonly SourceFile[] {
    return this.#closure(modules).files
  }

  /** A text that is another one when any of these files is another one, at the cost of putting it together. */
  identityOf(modules: readonly string[]): string {
    const closure = this.#closure(modules)
    closure.identity ??= closure.files.map(({ path, digest = '' }) => `${path}\0${digest}`).join('\n')
    return closure.identity
  }

  #closure(modules: readonly string[]): Closure {
    const key = modules.join('\0')
    const known = this.#closures.get(key)
    if (known !== undefined) return known
    const found = new Map<string, Look>()
    const open = modules.map(module =>
      packageFile(module.startsWith('file:') ? fileURLToPath(module) : module),
    )
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (found.has(path) || path.startsWith(this.#engine)) continue
      const look = this.#look(path)
      found.set(path, look)
      open.push(...look.imports)
    }
    const files = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
    const closure = { files }
    this.#closures.set(key, closure)
    return closure
  }

  #look(path: string): Look {
    const known = this.#looks.get(path)
    if (known !== undefined) return known
    const source = this.#source(path)
    const { digest, imports = [], packages = [], importsUnknown, real = path } = source ?? {}
    const look = {
      path,
      digest,
      ...(importsUnknown && { importsUnknown }),
      imports:
        packages.length === 0
          ? imports
          : [...imports, ...packages.flatMap(name => this.#packages.filesOf(name, real))],
    }
    this.#looks.set(path, look)
    return look
  }

  /** Undefined where there is no such file, or none that can be read. */
  #source(path: string): RememberedSource | undefined {
    if (this.#sources.has(path)) return this.#sources.get(path)
    const stat = this.#options.stat(path)
    const remembered = stat && this.#options.remembered.get(path)
    const trusted = stat && remembered && !remembered.untrusted && sameStat(stat, remembered)
    const source = trusted ? remembered : stat && this.#read(path, stat, remembered)
    this.#sources.set(path, source)
    return source
  }

  #read(
    path: string,
    stat: FileStat,
    remembered: RememberedSource | undefined,
  ): RememberedSource | undefined {
    const { now, digest: digestOf, parse } = this.#options
    const { size, mtimeMs, ctimeMs, ino } = stat
    const readAt = now()
    try {
      const digest = digestOf(path)
      if (digest === undefined) return undefined
      const real = realpathSync.native(path)
      // Where the content is the same, what was found in it is too.
      const same = remembered?.digest === digest && (remembered.real ?? path) === real
      const { untrusted: _, ...found } = same ? remembered : { digest, ...contentOf(path, real, parse) }
      const source: RememberedSource = {
        ...found,
        size,
        mtimeMs,
        ctimeMs,
        ino,
        ...(!isTrustworthy(stat, readAt) && { untrusted: true }),
      }
      this.#learned.set(path, source)
      return source
    } catch (error) {
      if (errorCode(error) === undefined) throw error
      return undefined // a directory, or a file that may not be read
    }
  }
}
