import type { LogChunk } from '../../services/contract/log-message.ts'
import { bytesOf, chunkOf } from '../sdk/log-bytes.ts'
import { headLength, tailStart } from './fit-bytes.ts'
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

/** As much of the beginning of a chunk as fits; undefined where nothing does. */
function headOf(chunk: LogChunk, room: number): LogChunk | undefined {
  const bytes = Buffer.from(bytesOf(chunk))
  const part = (end: number) => chunkOf(chunk, chunk.offset, bytes.subarray(0, end))
  const end = headLength(bytes, length => chunkSize(part(length)) <= room)
  return end === 0 ? undefined : part(end)
}

/** As much of the end of a chunk as fits; undefined where nothing does. */
export function tailOf(chunk: LogChunk, room: number): LogChunk | undefined {
  if (chunkSize(chunk) <= room) return chunk
  const bytes = Buffer.from(bytesOf(chunk))
  const part = (start: number) => chunkOf(chunk, chunk.offset + start, bytes.subarray(start))
  const start = tailStart(bytes, length => chunkSize(part(bytes.length - length)) <= room)
  return start < bytes.length ? part(start) : undefined
}
