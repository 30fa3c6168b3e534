import type { Names } from '../../../../lib/tree/names.ts'
import { openFileAt, type Tree, treeErrorOf } from '../../../../lib/tree/tree.ts'
import { TreeError } from '../../../../lib/tree/tree-error.ts'
import { largestFile } from './search.ts'

/** A file of a tree that can be searched; undefined for what is none, is too large, is no text, or is not there any more. */
export async function fileContent(tree: Tree, names: Names): Promise<Buffer | undefined> {
  try {
    // A link is not followed: what it leads to is searched where it is.
    await using place = await tree.resolve(names, { followLast: false })
    if (place.name === undefined) return undefined
    await using file = await openFileAt(place.directory, place.name)
    const { size } = await file.stat()
    if (size > largestFile) return undefined
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0)
    const content = buffer.subarray(0, bytesRead)
    return content.includes(0) ? undefined : content
  } catch (error) {
    if (treeErrorOf(error) instanceof TreeError) return undefined
    throw error
  }
}

/** Lines without their ends, as all engines count them. */
export function linesOf(content: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let at = 0; at < content.length; ) {
    const found = content.indexOf(0x0a, at)
    const end = found === -1 ? content.length : found
    lines.push(withoutReturn(content.subarray(at, end)))
    at = end + 1
  }
  return lines
}

const withoutReturn = (line: Buffer): Buffer => (line.at(-1) === 0x0d ? line.subarray(0, -1) : line)
