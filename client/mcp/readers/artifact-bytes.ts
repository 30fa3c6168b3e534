import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { reference } from '../../../services/contract/ids.ts'
import { artifactRange } from '../artifact-range.ts'
import { headLength, onCharacter } from '../fit-bytes.ts'
import { fieldsOfCursor, inputCursor } from '../input-cursor.ts'
import { mostBytes, type Part, roomBeside, sizeOf } from '../part.ts'
import type { Reader } from '../reader.ts'
import type { ToolCall } from '../tool-call.ts'
import { badCursor } from '../tool-error.ts'

const name = 'artifacts.download'
const placeSchema = z.strictObject({
  artifact: reference('art'),
  offset: z.coerce.number().int().min(0).default(0),
})
type Place = z.infer<typeof placeSchema>

/** Where one may begin to read, beside the fields of the contract, which has ranges for that. */
export const artifactFrom = {
  offset: z.int().min(0).default(0).describe('the byte to begin with; total tells how many there are'),
}

/** The bytes of an artifact from an offset on, in parts. There is a cursor until its end. */
export const artifactBytes: Reader = {
  async first(input, call) {
    const place = placeSchema.parse(input)
    return await read(place, call, place.offset === 0 ? () => 0 : textStart)
  },
  async next(cursor, call) {
    const { data: place } = placeSchema.safeParse(fieldsOfCursor(name, cursor))
    if (place === undefined) throw badCursor(call.tool, cursor)
    return await read(place, call, () => 0)
  },
  output: () => ({
    type: 'object',
    properties: {
      artifact: { type: 'string' },
      media_type: { type: 'string' },
      total: { type: 'integer', description: 'how many bytes it has' },
      offset: { type: 'integer', description: 'where the first byte of this part lies' },
      bytes: { type: 'integer', description: 'how many this part has' },
      text: { type: 'string' },
      base64: { type: 'string', description: 'in place of text where it is no UTF-8' },
    },
    required: ['artifact', 'media_type', 'total', 'offset', 'bytes'],
  }),
}

/** `startOf`: how many of the first bytes are passed over. */
async function read(given: Place, call: ToolCall, startOf: (bytes: Buffer) => number): Promise<Part> {
  const range = await artifactRange(given.artifact, { offset: given.offset, most: mostBytes }, call)
  const { id: artifact, total, mediaType } = range
  const start = startOf(range.bytes)
  const [offset, bytes] = [given.offset + start, range.bytes.subarray(start)]
  const about = { artifact, media_type: mediaType, total, offset, bytes: total }
  const room = roomBeside(about, inputCursor(name, { artifact, offset: total }))
  const length = headLength(bytes, length => sizeOf(contentOf(bytes.subarray(0, length))) <= room)
  const value = { ...about, bytes: length, ...contentOf(bytes.subarray(0, length)) }
  const next = offset + length
  return next < total ? { value, cursor: inputCursor(name, { artifact, offset: next }) } : { value }
}

/** Where text begins that was asked for from the middle of a character on; 0 where it is none. */
function textStart(bytes: Buffer): number {
  const start = onCharacter(bytes, 0, 1)
  const some = bytes.subarray(start, onCharacter(bytes, Math.min(start + 100, bytes.length), -1))
  return isUtf8(some) ? start : 0
}

const contentOf = (bytes: Buffer) =>
  isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') }
