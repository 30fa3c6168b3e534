/** The longest line that gdb may write, in bytes. */
const longest = 64 * 1_024 * 1_024

/** Takes what gdb writes apart into lines, in whatever pieces it comes, a character for a byte. */
export class MiLines {
  #rest = ''

  /** The lines that are complete with this piece. Throws where one is too long; nothing more can be taken then. */
  push(piece: Buffer): string[] {
    const lines: string[] = []
    const text = piece.toString('latin1')
    let from = 0
    // Only what is new is searched: a line of megabytes comes in hundreds of pieces.
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      const line = this.#rest + text.slice(from, end)
      lines.push(line.endsWith('\r') ? line.slice(0, -1) : line)
      this.#rest = ''
      from = end + 1
    }
    this.#rest += text.slice(from)
    if (this.#rest.length > longest) throw new RangeError(`a line of more than ${longest} bytes`)
    return lines
  }
}
