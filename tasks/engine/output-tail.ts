/** Keeps the end of a stream of text: at least the last `limit` characters, never more than twice as many. */
export class OutputTail {
  readonly #limit: number
  #older = ''
  #newer = ''
  #dropped = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether the beginning is gone. */
  get dropped(): boolean {
    return this.#dropped
  }

  push(text: string): void {
    this.#newer += text
    if (this.#newer.length < this.#limit) return
    this.#dropped ||= this.#older !== '' || this.#newer.length > this.#limit
    this.#older = this.#newer.slice(-this.#limit)
    this.#newer = ''
  }

  text(): string {
    return this.#older + this.#newer
  }

  /** The last lines that are not empty. */
  lastLines(count: number): string[] {
    return this.text()
      .slice(-16_384)
      .split('\n')
      .map(line => line.trimEnd())
      .filter(line => line !== '')
      .slice(-count)
  }
}
