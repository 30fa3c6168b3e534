/** A value that can be waited on. */
export class Observed<Value> {
  #value: Value
  readonly #watchers = new Set<(value: Value) => void>()

  constructor(value: Value) {
    this.#value = value
  }

  get value(): Value {
    return this.#value
  }

  set(value: Value): void {
    this.#value = value
    for (const watcher of [...this.#watchers]) watcher(value)
  }

  /**
   * Resolves with the first value for which `holds`, the present one included; after `ms`, or once nobody needs it any more
   * (`over`), with whatever there is.
   */
  until(holds: (value: Value) => boolean, ms: number, over?: AbortSignal): Promise<Value> {
    if (ms <= 0 || over?.aborted || holds(this.#value)) return Promise.resolve(this.#value)
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        over?.removeEventListener('abort', done)
        this.#watchers.delete(watcher)
        resolve(this.#value)
      }
      const watcher = (value: Value) => {
        if (holds(value)) done()
      }
      const timer = setTimeout(done, ms)
      this.#watchers.add(watcher)
      over?.addEventListener('abort', done)
    })
  }
}
