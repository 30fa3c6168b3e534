import type { FileHandle } from 'node:fs/promises'
import { TreeError } from '../../../../lib/tree/tree-error.ts'

const block = 1_048_576

/** Where a line begins, counted from 1. It reads all before that, and holds a block of it. */
export async function offsetOfLine(file: FileHandle, line: number, signal: AbortSignal): Promise<number> {
  const buffer = Buffer.alloc(block)
  let before = 1
  for (let position = 0; before < line; ) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(buffer, 0, block, position)
    if (bytesRead === 0)
      throw new TreeError('INVALID_PATH', `it has ${before} lines, and none is number ${line}`)
    for (let at = 0; at < bytesRead; ) {
      const end = buffer.subarray(0, bytesRead).indexOf(0x0a, at)
      if (end === -1) break
      at = end + 1
      before += 1
      if (before === line) return position + at
    }
    position += bytesRead
  }
  return 0
}
