/** The most that a header and a message may have, in bytes. */
const longestHeader = 4_096
const longestMessage = 64 * 1_024 * 1_024

const headerEnd = Buffer.from('\r\n\r\n')

/** What is no framing of the Debug Adapter Protocol: nothing after it can be read. */
export class DapFramingError extends Error {
  override readonly name = 'DapFramingError'
}

/** Takes a stream of DAP messages apart, in whatever pieces it comes: `Content-Length: N`, an empty line, N bytes. */
export class DapDecoder {
  #pieces: Buffer[] = []
  #size = 0
  /** Of the message whose header has been read. */
  #length: number | undefined

  /** The messages that are complete with this piece, as texts. Throws a DapFramingError, and takes nothing more then. */
  push(piece: Buffer): string[] {
    this.#pieces.push(piece)
    this.#size += piece.length
    const messages: string[] = []
    for (;;) {
      this.#length ??= this.#header()
      if (this.#length === undefined || this.#size < this.#length) return messages
      messages.push(this.#take(this.#length).toString('utf8'))
      this.#length = undefined
    }
  }

  /** The length that the next header names; undefined where it has not come to its end. */
  #header(): number | undefined {
    const start = this.#joined().subarray(0, longestHeader + headerEnd.length)
    const end = start.indexOf(headerEnd)
    if (end < 0) {
      if (start.length > longestHeader)
        throw new DapFramingError(`a header of more than ${longestHeader} bytes`)
      return undefined
    }
    const header = this.#take(end + headerEnd.length).toString('latin1')
    const digits = /^content-length:[ \t]*(\d{1,10})[ \t]*\r$/im.exec(header)?.[1]
    if (digits === undefined)
      throw new DapFramingError(`no Content-Length: ${JSON.stringify(header.slice(0, 100))}`)
    const length = Number(digits)
    if (length > longestMessage) throw new DapFramingError(`a message of ${length} bytes`)
    return length
  }

  #take(count: number): Buffer {
    const all = this.#joined()
    this.#pieces = [all.subarray(count)]
    this.#size -= count
    return all.subarray(0, count)
  }

  /** Joins only where something is to be read, so that a long message in many pieces is copied once. */
  #joined(): Buffer {
    const all = this.#pieces.length === 1 ? this.#pieces[0] : undefined
    if (all !== undefined) return all
    const joined = Buffer.concat(this.#pieces)
    this.#pieces = [joined]
    return joined
  }
}

export const encodeDap = (message: object): string => frameDap(JSON.stringify(message))

/** A message that is a text already. */
export function frameDap(text: string): string {
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
}
