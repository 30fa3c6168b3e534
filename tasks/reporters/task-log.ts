const headLines = 500
const tailLines = 5000
const longestLine = 10_000

/**
 * The log of one task, kept until it is known whether somebody has to read it. Of a huge one the middle is left out, and so is the
 * end of long lines: see `whole-log.ts`.
 */
export class TaskLog {
  readonly #head: string[] = []
  #tail: string[] = []
  #omitted = 0
  #hasCutLines = false

  /** Whether anything is left out. */
  get isCut(): boolean {
    return this.#omitted > 0 || this.#hasCutLines
  }

  push(text: string): void {
    const isLong = text.length > longestLine
    const line = isLong ? `${copyOf(text.slice(0, longestLine))}…` : text
    this.#hasCutLines ||= isLong
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

/** A part of a text keeps the whole of it in memory. */
const copyOf = (text: string): string => Buffer.from(text).toString()
