import { z } from 'zod'
import { contract } from '../../../services/contract/contract.ts'
import { fitItems } from '../fit-items.ts'
import { inputCursor, inputOf } from '../input-cursor.ts'
import { objectSchema } from '../json-schema.ts'
import { type Part, roomBeside } from '../part.ts'
import { longestPinned, pinned } from '../pinned.ts'
import type { Reader } from '../reader.ts'
import { callOperation, type Fields, type ToolCall } from '../tool-call.ts'
import { badCursor } from '../tool-error.ts'

/** The operations that the server pages, and the name of their list. */
const lists = {
  'debug.threads': 'threads',
  'debug.stack': 'frames',
  'debug.variables': 'variables',
  'debug.transcript': 'entries',
  'debug.sources': 'sources',
  'debug.modules': 'modules',
} as const
type PagedName = keyof typeof lists

const pageSchema = z.looseObject({ total: z.number(), next: z.number().nullable() })

/** A page of a list: as many items as fit, and where the following page starts. */
export const page = (name: PagedName): Reader => ({
  first: (input, call) => read(name, input, call, pinned),
  async next(cursor, call) {
    const input = inputOf(name, cursor)
    if (input === undefined) throw badCursor(call.tool, cursor)
    return await read(name, input, call, async pinnedBefore => pinnedBefore)
  },
  output: () => objectSchema(contract[name].output, 'output'),
})

async function read(name: PagedName, input: Fields, call: ToolCall, pin: typeof pinned): Promise<Part> {
  const key = lists[name]
  const { [key]: found, next: nextPage, ...rest } = pageSchema.parse(await callOperation(name, input, call))
  const all: readonly unknown[] = Array.isArray(found) ? found : []
  const start = Number(input.start ?? 0)
  const after = start + all.length
  const longest = inputCursor(name, { ...longestPinned(input), start: after })
  const { items, shortened } = fitItems(all, roomBeside({ ...rest, [key]: [], next: after }, longest))
  const next = items.length < all.length ? start + items.length : nextPage
  const value = { ...rest, [key]: items, next, ...(shortened.length === 0 ? {} : { shortened }) }
  return {
    value,
    cursor: next === null ? undefined : inputCursor(name, { ...(await pin(input, call)), start: next }),
  }
}
