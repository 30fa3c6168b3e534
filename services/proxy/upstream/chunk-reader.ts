/** Where the reader stands: in a line of a chunk's size, in its bytes, at the line end after them, in a trailer, at the end. */
type Place = 'size' | 'bytes' | 'after' | 'trailer' | 'end'

/** The longest line of a size with its extensions, and all trailers together. */
const longestLine = 4_096
const mostTrailers = 32_768

/** Takes the chunks off a body (RFC 9112, section 7.1). Lines end with CR LF and nothing else. */
export class ChunkReader {
  #place: Place = 'size'
  #left = 0
  #line = ''
  #trailerBytes = 0
  /** Name, value, name, value. */
  readonly trailers: string[] = []

  /**
   * Hands on the bytes of the body. How many of the input were read once the body has ended; undefined before; throws where
   * this is no chunk.
   */
  read(input: Buffer, onData: (bytes: Buffer) => void): number | undefined {
    let at = 0
    while (at < input.length) {
      if (this.#place === 'bytes') {
        const end = Math.min(input.length, at + this.#left)
        this.#left -= end - at
        onData(at === 0 && end === input.length ? input : input.subarray(at, end))
        at = end
        if (this.#left === 0) this.#place = 'after'
        continue
      }
      const lineEnd = input.indexOf(10, at)
      const part = input.toString('latin1', at, lineEnd === -1 ? input.length : lineEnd + 1)
      this.#line += part
      if (this.#line.length > longestLine) throw new Error('a line of the chunked body is too long')
      if (lineEnd === -1) return undefined
      at = lineEnd + 1
      if (!this.#line.endsWith('\r\n')) throw new Error('a line of the chunked body ends without CR')
      const line = this.#line.slice(0, -2)
      this.#line = ''
      this.#take(line)
      if (this.#ended()) return at
    }
    return undefined
  }

  #ended(): boolean {
    return this.#place === 'end'
  }

  #take(line: string): void {
    switch (this.#place) {
      case 'size': {
        const size = /^([\da-f]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(line)?.[1]
        if (size === undefined) throw new Error('this is no size of a chunk')
        this.#left = Number.parseInt(size, 16)
        this.#place = this.#left === 0 ? 'trailer' : 'bytes'
        return
      }
      case 'after':
        if (line !== '') throw new Error('a chunk is longer than its size')
        this.#place = 'size'
        return
      case 'trailer': {
        if (line === '') {
          this.#place = 'end'
          return
        }
        this.#trailerBytes += line.length
        const [, name, value = ''] =
          /^([!#$%&'*+.^_`|~\w-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? []
        if (name === undefined || this.#trailerBytes > mostTrailers) throw new Error('this is no trailer')
        this.trailers.push(name, value.trimEnd())
        return
      }
      case 'bytes':
      case 'end':
        throw new Error(`no line is expected in ${this.#place}`)
    }
  }
}
