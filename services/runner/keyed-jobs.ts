/** What waits before a job that failed is tried again, doubling up to the longest. */
const firstPauseMs = 500
const longestPauseMs = 30_000

type Failures = { count: number; notBefore: number }

/**
 * Long work, one job a key at a time, each on its own: one that hangs or fails holds up no other. A key whose job failed
 * is refused for a while, longer each time. What is to be done stands in the store, so a refusal needs no queue: whoever
 * looks again asks again.
 */
export class KeyedJobs implements AsyncDisposable {
  readonly #running = new Map<string, { controller: AbortController; done: Promise<void> }>()
  readonly #failures = new Map<string, Failures>()
  readonly #settled: (key: string, error: unknown) => void
  readonly #elapsed: () => number
  #closed = false

  /** `settled` is called after every job, with what it threw where it threw; being aborted is no failure. `elapsed`: milliseconds. */
  constructor(settled: (key: string, error?: unknown) => void, elapsed = () => performance.now()) {
    this.#settled = settled
    this.#elapsed = elapsed
  }

  /**
   * Starts the job unless one runs under this key or has just failed; tells whether it did. `work` is called soon, not
   * before this returns.
   */
  start(key: string, work: (signal: AbortSignal) => Promise<void>): boolean {
    if (this.#closed || this.#running.has(key)) return false
    const failures = this.#failures.get(key)
    if (failures !== undefined && this.#elapsed() < failures.notBefore) return false
    const controller = new AbortController()
    const done = this.#run(key, controller, work)
    this.#running.set(key, { controller, done })
    return true
  }

  /** How many run. */
  get size(): number {
    return this.#running.size
  }

  has(key: string): boolean {
    return this.#running.has(key)
  }

  /** Tells a running job to give up. */
  abort(key: string): void {
    this.#running.get(key)?.controller.abort()
  }

  /** Aborts every job; none is started any more. */
  close(): void {
    this.#closed = true
    for (const { controller } of this.#running.values()) controller.abort()
  }

  /** Closes, and waits for the ends of all jobs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await Promise.all([...this.#running.values()].map(({ done }) => done))
  }

  async #run(
    key: string,
    controller: AbortController,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    await Promise.resolve()
    let thrown: unknown
    try {
      controller.signal.throwIfAborted()
      await work(controller.signal)
      this.#failures.delete(key)
    } catch (error) {
      if (!controller.signal.aborted) {
        thrown = error
        this.#noteFailure(key)
      }
    }
    this.#running.delete(key)
    this.#settled(key, thrown)
  }

  #noteFailure(key: string): void {
    const now = this.#elapsed()
    // What is still to be done is asked for again long before: of what nobody asks for any more nothing is remembered.
    for (const [other, { notBefore }] of this.#failures)
      if (now - notBefore > longestPauseMs) this.#failures.delete(other)
    const count = (this.#failures.get(key)?.count ?? 0) + 1
    const pause = Math.min(firstPauseMs * 2 ** (count - 1), longestPauseMs)
    this.#failures.set(key, { count, notBefore: now + pause })
  }
}
