import { contract } from '../../../services/contract/contract.ts'
import type { LogStream } from '../../../services/contract/log-message.ts'
import { fitChunks } from '../fit-chunks.ts'
import { fitItems } from '../fit-items.ts'
import { inputCursor, inputOf } from '../input-cursor.ts'
import { objectSchema } from '../json-schema.ts'
import { mostBytes, type Part, roomBeside, sizeOf } from '../part.ts'
import { longestPinned, pinned } from '../pinned.ts'
import type { Reader } from '../reader.ts'
import { callOperation, type Fields, type ToolCall } from '../tool-call.ts'
import { badCursor } from '../tool-error.ts'

const name = 'debug.output'

/** What a debuggee has written, by its own byte offsets. There is a cursor as long as more may come. */
export const debuggeeOutput: Reader = {
  first: (input, call) => read(input, call, pinned),
  async next(cursor, call) {
    const input = inputOf(name, cursor)
    if (input === undefined) throw badCursor(call.tool, cursor)
    return await read(input, call, async pinnedBefore => pinnedBefore)
  },
  output: () => objectSchema(contract[name].output, 'output'),
}

async function read(input: Fields, call: ToolCall, pin: typeof pinned): Promise<Part> {
  const limit = Math.min(Number(input.limit ?? mostBytes), mostBytes)
  const answer = await callOperation(name, { ...input, limit }, call)
  type Place = { stdout: number; stderr: number; messages: number }
  const cursorAt = ({ session, debug, wait }: Fields, place: Place) =>
    inputCursor(name, { session, debug, ...(wait === undefined ? {} : { wait }), ...place })
  const longest = cursorAt(longestPinned(input), answer.next)
  const room = roomBeside({ ...answer, chunks: [], messages: [] }, longest)
  // What the debugger has said is little, and asked for: it has the half of the room that it needs.
  const messages = fitItems(answer.messages, Math.floor(room / 2)).items
  const chunks = fitChunks(answer.chunks, room - sizeOf(messages))
  const after = (stream: LogStream): number => {
    const last = chunks.findLast(chunk => chunk.stream === stream)
    return last === undefined ? Number(input[stream] ?? 0) : last.offset + last.bytes
  }
  const next = {
    stdout: after('stdout'),
    stderr: after('stderr'),
    messages: answer.messages[messages.length]?.offset ?? answer.next.messages,
  }
  const complete =
    answer.complete &&
    (['stdout', 'stderr', 'messages'] as const).every(part => next[part] === answer.next[part])
  const cursor = complete ? undefined : cursorAt(await pin(input, call), next)
  return { value: { ...answer, chunks, messages, next, complete }, cursor }
}
