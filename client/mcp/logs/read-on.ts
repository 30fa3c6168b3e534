import { commandHasEnded } from '../../../services/contract/command-state.ts'
import type { LogChunk, LogMessage, LogStream } from '../../../services/contract/log-message.ts'
import type { Command } from '../../../services/contract/resources.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { chunkSize, fitChunks } from '../fit-chunks.ts'
import { type Part, roomBeside, sizeOf } from '../part.ts'
import type { ToolCall } from '../tool-call.ts'
import { commandsOf, type Place, placeCursor, stateOf, streamsOf } from './place.ts'

/**
 * Reads forward: of one command after the other its streams and then its state, as much as fits. A command that may
 * still write is the last; the state that it had before it was read says so, so that nothing is passed over.
 */
export async function readOn(place: Place, call: ToolCall): Promise<Part> {
  const commands = await commandsOf(place, call)
  const messages: LogMessage[] = []
  let left = roomBeside({ messages: [] }, longest(place))
  const first = Math.max(
    0,
    commands.findIndex(({ id }) => id === place.at),
  )
  for (const [i, command] of commands.slice(first).entries()) {
    const offsets = i === 0 ? { stdout: place.stdout, stderr: place.stderr } : { stdout: 0, stderr: 0 }
    const here = () => ({
      value: { messages },
      cursor: placeCursor({ ...place, session: command.session, at: command.id, ...offsets }),
    })
    for (const stream of streamsOf(place)) {
      const { chunks, whole } = await readStream(command, stream, offsets[stream], left, call)
      for (const chunk of chunks) {
        messages.push(chunk)
        left -= chunkSize(chunk)
        offsets[stream] = chunk.offset + chunk.bytes
      }
      if (!whole) return here()
    }
    const state = stateOf(command)
    const size = sizeOf(state) + 1
    if (size > left && messages.length > 0) return here()
    messages.push(state)
    left -= size
    if (!commandHasEnded(command.status)) return here()
  }
  return { value: { messages: [...messages, { type: 'end', reason: 'complete' }] } }
}

/** The cursor with the most digits, and room for the last message. */
const longest = (place: Place): string =>
  placeCursor({ ...place, session: 'x'.repeat(16), stdout: 1e15, stderr: 1e15 }) + 'x'.repeat(80)

async function readStream(
  { session, id, log_expired_at }: Command,
  stream: LogStream,
  offset: number,
  room: number,
  { client, signal }: ToolCall,
): Promise<{ chunks: LogChunk[]; whole: boolean }> {
  const chunks: LogChunk[] = []
  if (log_expired_at !== null) return { chunks, whole: true }
  let left = room
  // Leaving the loop closes the connection: what does not fit is not read.
  for await (const message of client.sessions.logs({ session, command: id, stream, offset }, { signal })) {
    if (message.type === 'end' && message.problem !== undefined) throw new ProblemError(message.problem)
    if (message.type !== 'output') continue
    const [chunk] = fitChunks([message], left)
    if (chunk !== undefined) {
      chunks.push(chunk)
      left -= chunkSize(chunk)
    }
    if (chunk === undefined || chunk.bytes < message.bytes) return { chunks, whole: false }
  }
  return { chunks, whole: true }
}
