import { z } from 'zod'
import { contract } from '../../../services/contract/contract.ts'
import type { CallName } from '../../sdk/operation-types.ts'
import { fitItems } from '../fit-items.ts'
import { inputCursor, inputOf } from '../input-cursor.ts'
import { outputSchema } from '../json-schema.ts'
import { type Part, roomBeside } from '../part.ts'
import type { Reader } from '../reader.ts'
import { callOperation, type Fields, type ToolCall } from '../tool-call.ts'
import { badCursor } from '../tool-error.ts'

const pageSchema = z.object({ items: z.array(z.unknown()), next: z.string().nullable() })

/** The operations that answer with a page of a list. Of more items than fit the server is asked for as many as do. */
export const items = (name: CallName): Reader => ({
  first: (input, call) => read(name, input, call),
  async next(cursor, call) {
    const input = inputOf(name, cursor)
    if (input === undefined) throw badCursor(call.tool, cursor)
    return await read(name, input, call)
  },
  output: () => ({
    type: 'object',
    properties: { result: { type: 'array', items: outputSchema(itemOf(name)) } },
    required: ['result'],
  }),
})

async function read(name: CallName, input: Fields, call: ToolCall): Promise<Part> {
  const { items: all, next } = pageSchema.parse(await callOperation(name, input, call))
  const following = next === null ? undefined : inputCursor(name, { ...input, cursor: next })
  const room = roomBeside({ result: [] }, following ?? inputCursor(name, { ...input, cursor: longestCursor }))
  const { items, shortened } = fitItems(all, room)
  if (items.length < all.length) return await read(name, { ...input, limit: items.length }, call)
  return { value: { result: items, ...(shortened.length === 0 ? {} : { shortened }) }, cursor: following }
}

/** As long as any that is not known yet. */
const longestCursor = 'x'.repeat(200)

function itemOf(name: CallName): z.ZodType {
  const output: z.ZodType = contract[name].output
  const list: unknown = output instanceof z.ZodObject ? output.shape.items : undefined
  if (!(list instanceof z.ZodArray && list.element instanceof z.ZodType))
    throw new TypeError(`${name} does not answer with a page`)
  return list.element
}
