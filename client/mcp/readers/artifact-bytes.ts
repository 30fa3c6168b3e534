import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { reference } from '../../../services/contract/ids.ts'
import { artifactRange } from '../artifact-range.ts'
import { headLength } from '../fit-bytes.ts'
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
  first: (input, call) => read(placeSchema.parse(input), call),
  async next(cursor, call) {
    const { data: place } = placeSchema.safeParse(fieldsOfCursor(name, cursor))
    if (place === undefined) throw badCursor(call.tool, cursor)
    return await read(place, call)
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

async function read(given: Place, call: ToolCall): Promise<Part> {
  const { offset } = given
  const {
    id: artifact,
    bytes,
    total,
    mediaType,
  } = await artifactRange(given.artifact, { offset, most: mostBytes }, call)
  const about = { artifact, media_type: mediaType, total, offset, bytes: total }
  const room = roomBeside(about, inputCursor(name, { artifact, offset: total }))
  const length = headLength(bytes, length => sizeOf(contentOf(bytes.subarray(0, length))) <= room)
  const value = { ...about, bytes: length, ...contentOf(bytes.subarray(0, length)) }
  const next = offset + length
  return next < total ? { value, cursor: inputCursor(name, { artifact, offset: next }) } : { value }
}

const contentOf = (bytes: Buffer) =>
  isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') }
