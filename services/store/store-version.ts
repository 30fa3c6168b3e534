/**
 * Tells whether anything in the database may have changed, by whichever process. It looks once in an event, from the call of
 * its callback until nothing of it waits any more: what an event has to answer had been read before, so that whoever asks sees
 * all that had been committed by then. A round of the event loop is too long: what is read late in it may have been sent after
 * a look early in it.
 */
export class StoreVersion {
  readonly #dataVersion: () => number
  #seen: number | undefined
  #number = 0
  #recalled = 0
  #isFresh = false

  /** `dataVersion`: SQLite's number that changes with each commit of another connection; it may throw. */
  constructor(dataVersion: () => number) {
    this.#dataVersion = dataVersion
  }

  /** Differs from any before once something has been committed. */
  get present(): number {
    if (!this.#isFresh) this.#look()
    return this.#number
  }

  /** As `present`, of what is recalled alone. */
  get recalled(): number {
    if (!this.#isFresh) this.#look()
    return this.#recalled
  }

  /** Something of this connection is committed, which SQLite's number does not tell. */
  changed({ recalled }: { readonly recalled: boolean }): void {
    this.#number++
    if (recalled) this.#recalled++
  }

  #look(): void {
    let seen: number | undefined
    try {
      seen = this.#dataVersion()
    } catch {
      // What cannot be asked now counts as changed.
    }
    if (seen === undefined || seen !== this.#seen) this.changed({ recalled: true })
    this.#seen = seen
    this.#isFresh = true
    queueMicrotask(this.#afterEvent)
  }

  /** Node runs ticks once no microtask waits, and both before the next event. */
  readonly #afterEvent = (): void => process.nextTick(this.#grow)

  readonly #grow = (): void => {
    this.#isFresh = false
  }
}
