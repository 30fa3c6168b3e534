/**
 * A pause that a thread is asked for until it stands. The inspector agrees to one at any time, and passes it over while the thread
 * stands, also while that is about to go on; two of them stop it twice. So it is told once the thread runs, and again where
 * it was told too late.
 */
export class PauseRequest {
  /** Tells the inspector; `taken` is called with its answer, before what it says next is heard. */
  readonly #tell: (taken: () => void) => void
  #isWanted = false
  #isTold = false
  /** As the inspector says, whether or not anybody is to know of that. */
  #isHeld = false

  constructor(tell: (taken: () => void) => void) {
    this.#tell = tell
  }

  get isWanted(): boolean {
    return this.#isWanted
  }

  want(): void {
    this.#isWanted = true
    this.#tellOnce()
  }

  /** It stands, for whatever reason, and clients are to know. */
  met(): void {
    this.#isWanted = false
    this.#isTold = false
  }

  /** The inspector says that the thread stands still. */
  held(): void {
    this.#isHeld = true
  }

  /** The inspector says that the thread runs. */
  resumed(): void {
    this.#isHeld = false
    this.#tellOnce()
  }

  #tellOnce(): void {
    if (!this.#isWanted || this.#isTold || this.#isHeld) return
    this.#isTold = true
    this.#tell(() => {
      if (this.#isHeld) this.#isTold = false
    })
  }
}
