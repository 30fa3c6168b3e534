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
      const line = textOf([...parts, chunk.subarray(start, end)])
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

/** Of one part as a rule: what is put together first is decoded once, for a cut may go through a character. */
function textOf(parts: readonly Uint8Array[]): string {
  const [only] = parts
  if (parts.length === 1) return decoder.decode(only)
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return decoder.decode(whole)
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
