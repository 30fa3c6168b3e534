import { type FSWatcher, watch } from 'node:fs'

/**
 * Says when a file in a directory changes. It is a hint like the others: where the directory is not there yet, or the
 * system has no watches left, nothing is said and the poll finds it; `retry` is called at each poll for that.
 */
export class DirectoryWatch implements Disposable {
  readonly #path: string
  readonly #onChange: () => void
  #watcher: FSWatcher | undefined

  constructor(path: string, onChange: () => void) {
    this.#path = path
    this.#onChange = onChange
    this.retry()
  }

  retry(): void {
    if (this.#watcher !== undefined) return
    try {
      const watcher = watch(this.#path, this.#onChange)
      watcher.on('error', () => {
        watcher.close()
        this.#watcher = undefined
      })
      this.#watcher = watcher
    } catch {
      // not there yet, or no watches left: the poll does it
    }
  }

  [Symbol.dispose](): void {
    this.#watcher?.close()
  }
}
