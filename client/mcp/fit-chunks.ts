import type { LogChunk } from '../../services/contract/log-message.ts'
import { bytesOf, chunkOf } from '../sdk/log-bytes.ts'
import { sizeOf } from './part.ts'

/** As much of a log's chunks, from the first byte on, as fits into so many bytes of JSON. */
export function fitChunks(all: readonly LogChunk[], room: number): LogChunk[] {
  const chunks: LogChunk[] = []
  let left = room
  for (const chunk of all) {
    const size = chunkSize(chunk)
    if (size > left) {
      const head = headOf(chunk, left)
      if (head !== undefined) chunks.push(head)
      break
    }
    chunks.push(chunk)
    left -= size
  }
  return chunks
}

/** What a chunk takes in a list. */
export const chunkSize = (chunk: LogChunk): number => sizeOf(chunk) + 1

/** A whole line is worth more than a part of one: so much of a chunk is given up for it. */
const forLine = 0.25

/** As much of the beginning of a chunk as fits; undefined where nothing does. */
function headOf(chunk: LogChunk, room: number): LogChunk | undefined {
  const bytes = bytesOf(chunk)
  const part = (end: number) => chunkOf(chunk, chunk.offset, bytes.subarray(0, end))
  const most = largest(bytes.length, length => chunkSize(part(length)) <= room)
  if (most === 0) return undefined
  const line = bytes.lastIndexOf('\n', most - 1) + 1
  const end = line > most * (1 - forLine) ? line : onCharacter(bytes, most, -1)
  return end === 0 ? undefined : part(end)
}

/** As much of the end of a chunk as fits; undefined where nothing does. */
export function tailOf(chunk: LogChunk, room: number): LogChunk | undefined {
  if (chunkSize(chunk) <= room) return chunk
  const bytes = bytesOf(chunk)
  const part = (start: number) => chunkOf(chunk, chunk.offset + start, bytes.subarray(start))
  const most = largest(bytes.length, length => chunkSize(part(bytes.length - length)) <= room)
  const first = bytes.length - most
  const line = bytes.indexOf('\n', first) + 1
  const start = line > first && line < first + most * forLine ? line : onCharacter(bytes, first, 1)
  return start < bytes.length ? part(start) : undefined
}

/** The nearest place in this direction that is not in the middle of a UTF-8 character. */
export function onCharacter(bytes: Buffer, at: number, step: 1 | -1): number {
  for (let i = 0; i < 4; i += 1) {
    const place = at + i * step
    const byte = bytes[place]
    if (byte === undefined || (byte & 0xc0) !== 0x80) return place
  }
  // Bytes that are no text have no such place.
  return at
}

/** The largest number up to `most` that fits, by halving. */
function largest(most: number, fits: (length: number) => boolean): number {
  let low = 0
  let high = most
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}
