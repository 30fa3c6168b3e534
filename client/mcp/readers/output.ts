import { contract } from '../../../services/contract/contract.ts'
import type { LogStream } from '../../../services/contract/log-message.ts'
import { fitChunks } from '../fit-chunks.ts'
import { inputCursor, inputOf } from '../input-cursor.ts'
import { objectSchema } from '../json-schema.ts'
import { mostBytes, type Part, roomBeside } from '../part.ts'
import type { Reader } from '../reader.ts'
import { callOperation, type Fields, type ToolCall } from '../tool-call.ts'
import { badCursor } from '../tool-error.ts'

const name = 'debug.output'

/** What a debuggee has written, by its own byte offsets. There is a cursor as long as more may come. */
export const debuggeeOutput: Reader = {
  first: read,
  async next(cursor, call) {
    const input = inputOf(name, cursor)
    if (input === undefined) throw badCursor(call.tool, cursor)
    return await read(input, call)
  },
  output: () => objectSchema(contract[name].output, 'output'),
}

async function read(input: Fields, call: ToolCall): Promise<Part> {
  const limit = Math.min(Number(input.limit ?? mostBytes), mostBytes)
  const answer = await callOperation(name, { ...input, limit }, call)
  const cursorAt = (place: { stdout: number; stderr: number }) =>
    inputCursor({ session: input.session, debug: input.debug, ...place })
  const chunks = fitChunks(answer.chunks, roomBeside({ ...answer, chunks: [] }, cursorAt(answer.next)))
  const after = (stream: LogStream): number => {
    const last = chunks.findLast(chunk => chunk.stream === stream)
    return last === undefined ? Number(input[stream] ?? 0) : last.offset + last.bytes
  }
  const next = { stdout: after('stdout'), stderr: after('stderr') }
  const complete = answer.complete && next.stdout === answer.next.stdout && next.stderr === answer.next.stderr
  return { value: { ...answer, chunks, next, complete }, cursor: complete ? undefined : cursorAt(next) }
}
