import { contract } from '../../../services/contract/contract.ts'
import type { CallName } from '../../sdk/operation-types.ts'
import { fitItems } from '../fit-items.ts'
import { outputSchema } from '../json-schema.ts'
import { type Part, roomBeside } from '../part.ts'
import type { Reader } from '../reader.ts'
import { callOperation, type ToolCall } from '../tool-call.ts'
import { badCursor } from '../tool-error.ts'

/** The operations that answer with a list, all at once. What does not fit is kept for the next call. */
export const list = (name: CallName): Reader => ({
  async first(input, call) {
    const items: unknown = await callOperation(name, input, call)
    if (!Array.isArray(items)) throw new TypeError(`${name} does not answer with a list`)
    return part(items, call)
  },
  async next(cursor, call) {
    const rest = call.rests.find(call.tool, cursor)
    if (rest === undefined) throw badCursor(call.tool, cursor)
    return part(rest, call)
  },
  output: () => ({
    type: 'object',
    properties: { result: outputSchema(contract[name].output) },
    required: ['result'],
  }),
})

function part(all: readonly unknown[], { rests, tool }: ToolCall): Part {
  const { items, shortened } = fitItems(all, roomBeside({ result: [] }, longestCursor))
  const value = { result: items, ...(shortened.length === 0 ? {} : { shortened }) }
  if (items.length === all.length) return { value }
  return { value, cursor: rests.keep(tool, all.slice(items.length)) }
}

const longestCursor = `rest-${Number.MAX_SAFE_INTEGER}`
