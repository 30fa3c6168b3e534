import { Pulse } from '../pulse.ts'

/** How something is looked at for everybody who waits for it to change. */
export type Look<T> = {
  /** Looks. Returns what was seen before, the same object, where nothing has changed that anybody waits for. */
  readonly look: (before: T | undefined) => Promise<T>
  /** The longest pause between two looks, in milliseconds. */
  readonly every: number
}

/**
 * One look for all: it is taken at each hint (`beat`), at each poll, and when somebody joins, and whoever has joined is
 * told of what is new. A look that fails is told too, and the next is taken as any other. Nothing is looked at while
 * nobody has joined.
 */
export class SharedLook<T> {
  readonly #options: Look<T>
  readonly #pulse = new Pulse()
  readonly #listeners = new Set<() => void>()
  readonly #waiting = new Set<() => void>()
  #seen: { readonly value: T } | { readonly error: unknown } | undefined
  #asked = 0
  #served = 0
  #running: Promise<void> | undefined

  constructor(options: Look<T>) {
    this.#options = options
  }

  readonly beat = (): void => this.#pulse.beat()

  /** Calls `listener` at whatever is new until disposed. */
  join(listener: () => void): Disposable {
    this.#listeners.add(listener)
    this.#running ??= this.#run()
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener)
        if (this.#listeners.size === 0) this.#pulse.beat()
      },
    }
  }

  /** What the latest look has shown. Throws what it threw. */
  latest(): T {
    if (this.#seen === undefined) throw new Error('nothing has been looked at yet')
    if ('error' in this.#seen) throw this.#seen.error
    return this.#seen.value
  }

  /** What a look shows that begins after this call; for those who have joined. */
  async fresh(): Promise<T> {
    const asked = ++this.#asked
    this.#pulse.beat()
    while (this.#served < asked) await new Promise<void>(resolve => this.#waiting.add(resolve))
    return this.latest()
  }

  /** Resolves when no look is under way; for when everybody has left. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    // Whoever joins asks at once: the first look serves that as well.
    await Promise.resolve()
    while (this.#listeners.size > 0) {
      const asked = this.#asked
      const isNew = await this.#take()
      this.#served = asked
      for (const resolve of this.#waiting) resolve()
      this.#waiting.clear()
      if (isNew) for (const listener of this.#listeners) listener()
      if (this.#asked === asked) await this.#pulse.wait(this.#options.every)
    }
    this.#running = undefined
  }

  async #take(): Promise<boolean> {
    const before = this.#seen !== undefined && 'value' in this.#seen ? this.#seen.value : undefined
    try {
      const value = await this.#options.look(before)
      if (before !== undefined && value === before) return false
      this.#seen = { value }
    } catch (error) {
      this.#seen = { error }
    }
    return true
  }
}
