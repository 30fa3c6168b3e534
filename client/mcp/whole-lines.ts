import { Transform } from 'node:stream'

/**
 * Bytes in, whole lines out, however the bytes come: the SDK joins what it has of a line with each chunk that comes, so that a
 * line of many chunks costs the square of its length. What is longer than the bound is passed on as it is, for the SDK to
 * refuse. What no line end follows is no message.
 */
export function wholeLines(most: number): Transform {
  let parts: Buffer[] = []
  let length = 0
  return new Transform({
    readableObjectMode: true,
    transform(chunk: Buffer, _, done) {
      const end = chunk.lastIndexOf('\n') + 1
      parts.push(end === 0 ? chunk : chunk.subarray(0, end))
      length += chunk.length
      if (end === 0 && length <= most) return done()
      const lines = Buffer.concat(parts)
      parts = end === 0 || end === chunk.length ? [] : [chunk.subarray(end)]
      length = end === 0 ? 0 : chunk.length - end
      done(null, lines)
    },
  })
}
