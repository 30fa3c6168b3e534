import { lstatSync, type Stats } from 'node:fs'
import { join, relative } from 'node:path'
import type { FSWatcher } from 'chokidar'
import type { FileChange } from './stale-tasks.ts'
import type { WantedPaths } from './wanted-paths.ts'
import { watchFault } from './watch-fault.ts'

export interface FileWatchOptions {
  readonly root: string
  readonly wanted: WantedPaths
  readonly now: () => number
  /** Told of all that changed within a moment, at once. */
  readonly changed: (changes: readonly FileChange[]) => void
  /** The system tells no more of changes. */
  readonly failed: (error: unknown) => void
}

/** A change is followed by more: those of one saving, one checkout, one formatter. */
const pauseMs = 50
/** They are told after this time even where there is no end to them. */
const longestMs = 500

/**
 * Watches the files that are wanted, and where there may be more of them. Symbolic links are not followed: a change of
 * what one leads to is not noticed.
 */
export class FileWatch {
  /** Those that are there, relative to the root. */
  readonly files = new Set<string>()
  readonly #options: FileWatchOptions
  #watcher: FSWatcher | undefined
  #isReady = false
  #changed = new Set<string>()
  #since = 0
  #timer: NodeJS.Timeout | undefined

  private constructor(options: FileWatchOptions) {
    this.#options = options
  }

  /** Resolves when every change from now on is noticed. Throws a UserError where the system does not have it. */
  static async start(options: FileWatchOptions): Promise<FileWatch> {
    const watch = new FileWatch(options)
    try {
      await watch.#start()
      return watch
    } catch (error) {
      await watch.close()
      throw watchFault(error)
    }
  }

  /** The files that are there and have changed since then. A time that lies in the future says nothing, for ever. */
  changedSince(since: number): readonly FileChange[] {
    const { root, now } = this.#options
    return [...this.files].flatMap((path): FileChange | readonly [] => {
      const at = lstatSync(join(root, path), { throwIfNoEntry: false })?.ctimeMs ?? 0
      return at > since && at <= now() ? { path, at, removed: false } : []
    })
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#watcher?.close()
  }

  async #start(): Promise<void> {
    const { root, wanted, failed } = this.#options
    const { watch } = await import('chokidar')
    const outside = wanted.outside.map(path => join(root, path))
    const watcher = watch([root, ...outside], {
      followSymlinks: false,
      ignorePermissionErrors: true,
      ignored: (path, stats) => this.#isIgnored(path, stats),
    })
    this.#watcher = watcher
    watcher.on('all', (event, path) => {
      if (event === 'add' || event === 'change' || event === 'unlink') this.#note(event, relative(root, path))
    })
    await new Promise<void>((resolve, reject) => {
      watcher.on('ready', resolve)
      watcher.on('error', error => {
        if (this.#isReady) failed(watchFault(error))
        else reject(error)
      })
    })
    this.#isReady = true
  }

  #isIgnored(path: string, stats: Stats | undefined): boolean {
    const { root, wanted } = this.#options
    const name = relative(root, path)
    if (name === '') return false
    if (stats !== undefined && !stats.isDirectory()) return !wanted.isWanted(name)
    return !wanted.leadsToWanted(name) && !wanted.isWanted(name)
  }

  #note(event: 'add' | 'change' | 'unlink', path: string): void {
    const { wanted, now } = this.#options
    if (!wanted.isWanted(path)) return
    if (event === 'unlink') this.files.delete(path)
    else this.files.add(path)
    if (!this.#isReady) return
    if (this.#changed.size === 0) this.#since = now()
    this.#changed.add(path)
    clearTimeout(this.#timer)
    const left = Math.max(0, this.#since + longestMs - now())
    this.#timer = setTimeout(() => this.#tell(), Math.min(pauseMs, left))
  }

  #tell(): void {
    const { root, now, changed } = this.#options
    const paths = this.#changed
    this.#changed = new Set()
    changed(
      [...paths].sort().map(path => {
        const stats = lstatSync(join(root, path), { throwIfNoEntry: false })
        return { path, at: stats?.ctimeMs ?? now(), removed: stats === undefined }
      }),
    )
  }
}
