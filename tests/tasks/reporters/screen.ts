/**
 * A terminal that remembers what it shows: enough of one for the escape sequences that move a cursor and erase. Whatever
 * scrolls out at the top is kept, so `text` is all that a person could scroll back to.
 */
export class Screen {
  readonly #columns: number
  readonly #lines: string[] = ['']
  #row = 0
  #column = 0
  /** Control sequences it did not know. */
  readonly unknown: string[] = []
  cursorShown = true

  constructor(columns: number) {
    this.#columns = columns
  }

  text(): string {
    return this.#lines.map(line => line.trimEnd()).join('\n')
  }

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is a terminal
    for (const [part, parameters, command] of text.matchAll(/\x1b\[([\d;?]*)([A-Za-z])|\x1b.|[^\x1b]/gu)) {
      if (command !== undefined) this.#command(parameters ?? '', command)
      else if (part === '\n') this.#move(this.#row + 1, this.#column)
      else if (part === '\r') this.#column = 0
      else if (part < ' ' || part.startsWith('\x1b')) this.unknown.push(part)
      else this.#put(part)
    }
  }

  #put(character: string): void {
    if (this.#column >= this.#columns) this.#move(this.#row + 1, 0)
    const cells = [...(this.#lines[this.#row] ?? '').padEnd(this.#column)]
    cells[this.#column++] = character
    this.#lines[this.#row] = cells.join('')
  }

  #command(parameters: string, command: string): void {
    const count = Number(parameters) || 1
    const line = this.#lines[this.#row] ?? ''
    if (command === 'A') this.#move(this.#row - count, this.#column)
    else if (command === 'B') this.#move(this.#row + count, this.#column)
    else if (command === 'G') this.#column = count - 1
    else if (command === 'K') this.#lines[this.#row] = parameters === '2' ? '' : line.slice(0, this.#column)
    else if (parameters === '?25') this.cursorShown = command === 'h'
    else if (command !== 'm' && parameters !== '?2026') this.unknown.push(parameters + command)
  }

  #move(row: number, column: number): void {
    this.#row = Math.max(0, row)
    this.#column = column
    while (this.#lines.length <= this.#row) this.#lines.push('')
  }
}
