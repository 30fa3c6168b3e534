const defaultLimit = 64 * 1024

/**
 * Cuts a stream of text into lines. Of a line that was written over with carriage returns, as progress bars are, the
 * last version counts. A line longer than the limit is handed on in pieces, so memory stays bounded.
 */
export class LineSplitter {
  readonly #emit: (line: string) => void
  readonly #limit: number
  #rest = ''

  constructor(emit: (line: string) => void, limit: number = defaultLimit) {
    this.#emit = emit
    this.#limit = limit
  }

  push(text: string): void {
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(this.#rest + text.slice(start, end))
      this.#rest = ''
      start = end + 1
    }
    this.#rest += text.slice(start)
    while (this.#rest.length > this.#limit) {
      this.#line(this.#rest.slice(0, this.#limit))
      this.#rest = this.#rest.slice(this.#limit)
    }
  }

  /** The stream has ended: what is left is a line. */
  end(): void {
    if (this.#rest !== '') this.#line(this.#rest)
    this.#rest = ''
  }

  #line(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line
    for (let start = 0; ; start += this.#limit) {
      const piece = text.slice(start, start + this.#limit)
      this.#emit(piece.slice(piece.lastIndexOf('\r') + 1))
      if (start + this.#limit >= text.length) return
    }
  }
}
