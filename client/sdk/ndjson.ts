/** No message of this contract comes near it; a server that sends a longer line is not one of ours. */
const longestLine = 64 * 1024 * 1024

/**
 * The lines of a byte stream, without their line ends; empty ones (a server's sign of life) are left out. Text after
 * the last line end is not a line: it was cut off, and is dropped.
 */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...parts, chunk.subarray(start, end)]).toString('utf8')
      start = end + 1
      parts = []
      length = 0
      if (line.trim() !== '') yield line
    }
    const rest = chunk.subarray(start)
    length += rest.length
    if (length > longestLine) throw new RangeError(`a line of more than ${longestLine} bytes`)
    if (rest.length > 0) parts.push(rest)
  }
}
