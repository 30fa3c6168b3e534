import { ToolError } from './tool-error.ts'

/** As many as an agent could want, and few enough that a client that asks without end costs a bounded amount. */
const mostAtOnce = 64

/** What one client has asked the Debug Server for and is not answered yet. */
export class InProgress {
  readonly #most: number
  readonly #all = new Set<Promise<unknown>>()

  constructor(most = mostAtOnce) {
    this.#most = most
  }

  /** Does it unless there is as much as may be: then it throws a ToolError, and nothing is begun. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#all.size >= this.#most)
      throw new ToolError(
        'too_many_calls',
        `${this.#most} calls are in progress, which is all that may be`,
        'wait for the answers of some, or cancel them',
      )
    const working = work()
    this.#all.add(working)
    try {
      return await working
    } finally {
      this.#all.delete(working)
    }
  }

  /** Resolves once what is in progress now is over. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#all)
  }
}
