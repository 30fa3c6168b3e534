/**
 * Bytes of a text that is cut after them, without a character at the end that is in there in part: UTF-8 has at most 4 bytes
 * for one. Behind the last line end where that is not far.
 */
export function wholeText(bytes: Buffer, isCut: boolean): Buffer {
  if (!isCut) return bytes
  const line = bytes.lastIndexOf(0x0a)
  if (line >= bytes.length / 2) return bytes.subarray(0, line + 1)
  for (let back = 1; back <= Math.min(3, bytes.length - 1); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}
