import { isUtf8 } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { type Names, shown } from '../../../../lib/tree/names.ts'
import { openFileAt } from '../../../../lib/tree/tree.ts'
import { TreeError } from '../../../../lib/tree/tree-error.ts'
import { answered, answering } from '../answer.ts'
import { namesOf } from '../names-of.ts'
import type { ProgramStart } from '../run-program.ts'
import { offsetOfLine } from './offset-of-line.ts'
import { wholeText } from './whole-text.ts'

/** How much of a file is looked at to tell what it is, and the most that one answer has of it, in bytes. */
const looked = 8_192
const mostBytes = 1_048_576

const input = z.strictObject({
  operation: z
    .enum(['read_file', 'file_info'])
    .default('read_file')
    .describe('read_file: what is in it; file_info: its kind, size and time alone'),
  path: z.string().min(1).describe('a file, relative to the workspace'),
  offset: z
    .int()
    .min(0)
    .optional()
    .describe('read from this byte on; an answer that is cut names the next one'),
  start_line: z.int().min(1).optional().describe('or from this line on, counted from 1'),
  bytes: z.int().min(1).max(mostBytes).default(65_536).describe('the most to be read'),
  encoding: z.enum(['text', 'base64']).default('text').describe('base64: for what is no text'),
})
type Input = z.output<typeof input>

/** The tool that reads files, and no more of them than an answer holds. */
export function declareRead({ server, workspace }: ProgramStart): void {
  server.registerTool(
    'read',
    {
      title: 'Read a file',
      description:
        'Reads a file of the workspace: its text from a byte or a line on, up to so many bytes, and where it goes on. Tells of a file that is no text what it is.',
      inputSchema: input,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (asked, { signal }) =>
      answering(signal, async () => {
        const names = namesOf(asked.path, workspace.path)
        await using place = await workspace.resolve(names, { followLast: true })
        if (place.name === undefined) {
          if (asked.operation === 'file_info') return answered(`${asked.path}: a directory`)
          throw new TreeError('NOT_A_FILE', `${asked.path} is a directory: list it`)
        }
        await using file = await openFileAt(place.directory, place.name)
        return await answerOf(file, names, asked, signal)
      }),
  )
}

async function answerOf(
  file: FileHandle,
  names: Names,
  asked: Input,
  signal: AbortSignal,
): Promise<CallToolResult> {
  const { size, mtime, mode } = await file.stat()
  const first = await read(file, 0, Math.min(looked, size))
  const isText = !first.includes(0) && isUtf8(wholeText(first, size > first.length))
  const told = `${shown(names)}: ${isText ? 'text' : 'no text in UTF-8'}, ${size} bytes`
  if (asked.operation === 'file_info')
    return answered(`${told}, mode ${(mode & 0o777).toString(8)}, changed ${mtime.toISOString()}`)
  if (!isText && asked.encoding === 'text')
    throw new TreeError('NOT_A_FILE', `${told}; give encoding "base64" to read it`)
  if (asked.start_line !== undefined && asked.offset !== undefined)
    throw new TreeError('INVALID_PATH', 'offset and start_line exclude each other')
  const offset =
    asked.start_line === undefined ? (asked.offset ?? 0) : await offsetOfLine(file, asked.start_line, signal)
  if (offset > size) throw new TreeError('INVALID_PATH', `${told}: nothing is at byte ${offset}`)
  const bytes = await read(file, offset, Math.min(asked.bytes, size - offset))
  const isCut = offset + bytes.length < size
  const part = asked.encoding === 'text' ? wholeText(bytes, isCut) : bytes
  const end = offset + part.length
  const range = `bytes ${offset} to ${end} of ${size}${end < size ? `; go on with offset ${end}` : ''}`
  const text = asked.encoding === 'text' ? part.toString() : part.toString('base64')
  if (size === 0) return answered(`(${shown(names)} is empty)`)
  return answered(text, offset > 0 || end < size ? `(${range})` : '')
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
