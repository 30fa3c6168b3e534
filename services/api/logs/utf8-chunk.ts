/** The longest character of UTF-8 has four bytes, so at most three of it can be missing or be cut off. */
const longestRest = 3

/**
 * How many of `bytes` make one chunk. A chunk ends where a character does, so that a log in UTF-8 is told as text however
 * its bytes arrive: a character whose end has not arrived is left for the next chunk (0 when there is nothing else),
 * unless this is the `last` of it. The rest of a character that a reader's offset cut off makes a chunk of its own, so
 * that what follows is text.
 */
export function chunkLength(bytes: Buffer, last: boolean): number {
  const orphans = leadingContinuations(bytes)
  if (orphans > 0) return orphans
  return bytes.length - (last ? 0 : unfinishedTail(bytes))
}

const isContinuation = (byte: number): boolean => (byte & 0b1100_0000) === 0b1000_0000

function leadingContinuations(bytes: Buffer): number {
  let count = 0
  for (const byte of bytes.subarray(0, longestRest)) {
    if (!isContinuation(byte)) break
    count++
  }
  return count
}

/** How many bytes at the end begin a character that is not finished there. */
function unfinishedTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(longestRest, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (!isContinuation(byte)) return lengthOf(byte) > back ? back : 0
  }
  return 0
}

/** How many bytes a character has that begins with this one. */
function lengthOf(lead: number): number {
  if (lead >= 0b1111_0000) return 4
  if (lead >= 0b1110_0000) return 3
  return lead >= 0b1100_0000 ? 2 : 1
}
