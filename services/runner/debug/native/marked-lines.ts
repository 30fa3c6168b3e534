import { randomBytes } from 'node:crypto'

/** Of one of them, in characters; what is longer is passed over. */
const longest = 1_024 * 1_024

/** What Python of ours within a debugger tells: lines of JSON behind a mark, in what that says to people. */
export class MarkedLines {
  /** Nobody but the debugger and us knows it, the program least of all. */
  readonly mark = `debug-server-${randomBytes(16).toString('hex')} `
  readonly #told: (said: unknown) => void
  #rest = ''

  constructor(told: (said: unknown) => void) {
    this.#told = told
  }

  /** What the debugger says, wherever it is cut. Whether it was of these, at least in part. */
  heard(text: string): boolean {
    this.#rest += text
    const isOurs = this.#rest.includes(this.mark)
    for (;;) {
      const start = this.#rest.indexOf(this.mark)
      const from = start + this.mark.length
      const end = start < 0 ? -1 : this.#rest.indexOf('\n', from)
      if (end < 0) {
        // A mark may have begun in the last few characters.
        if (start < 0) this.#rest = this.#rest.slice(-this.mark.length)
        if (this.#rest.length > longest) this.#rest = ''
        return isOurs
      }
      this.#told(parsed(this.#rest.slice(from, end)))
      this.#rest = this.#rest.slice(end + 1)
    }
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
