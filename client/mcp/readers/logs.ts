import { contract } from '../../../services/contract/contract.ts'
import { outputSchema } from '../json-schema.ts'
import { type Place, placeOf, placeSchema } from '../logs/place.ts'
import { readOn } from '../logs/read-on.ts'
import { readTail } from '../logs/read-tail.ts'
import { untilMore } from '../logs/until-more.ts'
import type { Part } from '../part.ts'
import type { Reader } from '../reader.ts'
import type { Fields, ToolCall } from '../tool-call.ts'
import { badCursor } from '../tool-error.ts'

/**
 * A session's log: its end where no offset is given, otherwise from there on. The messages are those of the contract;
 * under `follow` a result that would bring no output is held until there is some. There is a cursor as long as more may
 * come.
 */
export const logs: Reader = {
  async first(input, call) {
    const place = startOf(input)
    const part = input.offset === undefined ? await readTail(place, call) : await readOn(place, call)
    return await orMore(part, call)
  },
  async next(cursor, call) {
    const place = placeOf(cursor)
    if (place === undefined) throw badCursor(call.tool, cursor)
    return await orMore(await readOn(place, call), call)
  },
  output: () => ({
    type: 'object',
    properties: {
      messages: { type: 'array', items: outputSchema(contract['sessions.logs'].output) },
      left_out: { type: 'string' },
    },
    required: ['messages'],
  }),
}

/** The contract's offset counts bytes of the one stream that is named. */
function startOf({ session, command, stream, offset, follow }: Fields): Place {
  const place = placeSchema.parse({
    session,
    command,
    stream,
    ...(follow === true ? { follow: 'true' } : {}),
  })
  return stream === undefined ? place : { ...place, [String(stream)]: Number(offset ?? 0) }
}

async function orMore(part: Part, call: ToolCall): Promise<Part> {
  const place = part.cursor === undefined ? undefined : placeOf(part.cursor)
  if (place?.follow !== true || hasOutput(part)) return part
  await untilMore(place, call)
  return await readOn(place, call)
}

const hasOutput = ({ value: { messages } }: Part): boolean =>
  Array.isArray(messages) && messages.some(({ type }) => type === 'output')
