const headLines = 500
const tailLines = 5000
const longestLine = 10_000

/** The log of one task, kept until it is known whether somebody has to read it. Of a huge one the middle is left out. */
export class TaskLog {
  readonly #head: string[] = []
  #tail: string[] = []
  #omitted = 0

  push(text: string): void {
    const line = text.length > longestLine ? `${text.slice(0, longestLine)}…` : text
    if (this.#head.length < headLines) {
      this.#head.push(line)
      return
    }
    this.#tail.push(line)
    if (this.#tail.length < 2 * tailLines) return
    this.#omitted += this.#tail.length - tailLines
    this.#tail = this.#tail.slice(-tailLines)
  }

  lines(): string[] {
    if (this.#omitted === 0) return [...this.#head, ...this.#tail]
    return [...this.#head, `… ${this.#omitted} lines left out …`, ...this.#tail]
  }
}
