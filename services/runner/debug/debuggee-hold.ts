/**
 * Whether debuggees are taken. Who is about to end this runner holds them: they stay queued for the successor, rather than be begun here and end
 * with it. A hold is over once its holder lets go or has gone, and after its time in any case.
 */
export class DebuggeeHold {
  readonly #lettingGo: () => void
  readonly #holders = new Map<object, NodeJS.Timeout>()
  readonly #taking = new Set<Promise<unknown>>()

  /** `lettingGo`: there may be something to be taken again. */
  constructor(lettingGo: () => void) {
    this.#lettingGo = lettingGo
  }

  get isOn(): boolean {
    return this.#holders.size > 0
  }

  /** Resolves once nothing is being taken any more. */
  async hold(holder: object, forMs: number): Promise<void> {
    clearTimeout(this.#holders.get(holder))
    this.#holders.set(holder, setTimeout(() => this.letGo(holder), forMs).unref())
    await Promise.allSettled(this.#taking)
  }

  letGo(holder: object): void {
    clearTimeout(this.#holders.get(holder))
    if (this.#holders.delete(holder) && !this.isOn) this.#lettingGo()
  }

  /** What takes one, unless they are held. */
  async unlessHeld<Taken>(take: () => Promise<Taken>): Promise<Taken | undefined> {
    if (this.isOn) return undefined
    const taking = take()
    this.#taking.add(taking)
    try {
      return await taking
    } finally {
      this.#taking.delete(taking)
    }
  }
}
