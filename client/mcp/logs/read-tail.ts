import { commandHasEnded } from '../../../services/contract/command-state.ts'
import type { LogChunk, LogMessage, LogStream } from '../../../services/contract/log-message.ts'
import type { Command } from '../../../services/contract/resources.ts'
import { chunkOf } from '../../sdk/log-bytes.ts'
import { onCharacter } from '../fit-bytes.ts'
import { chunkSize, tailOf } from '../fit-chunks.ts'
import { mostBytes, type Part, roomBeside, sizeOf } from '../part.ts'
import type { ToolCall } from '../tool-call.ts'
import { commandsOf, openCommand, type Place, placeCursor, stateOf, streamsOf } from './place.ts'

/** Less than this is not worth reading an older command's log for. */
const worthwhile = 1_000

const leftOut = 'earlier output is left out: call with offset 0 to read from the beginning'

/**
 * The end of the log, which is what matters after a failure: the last bytes of the latest commands that have begun, as
 * many as fit.
 */
export async function readTail(place: Place, call: ToolCall): Promise<Part> {
  const commands = await commandsOf(place, call)
  const open = openCommand(commands)
  const begun = commands.filter(({ status }) => status !== 'queued')
  const end: LogMessage[] = open === undefined ? [{ type: 'end', reason: 'complete' }] : []
  const ends = { stdout: 0, stderr: 0 }
  let messages: LogMessage[] = end
  let left = roomBeside({ messages: end, left_out: leftOut }, longest(place))
  let whole = true
  for (const command of begun.toReversed()) {
    const state = stateOf(command)
    left -= sizeOf(state) + 1
    if (left < worthwhile) {
      whole = false
      break
    }
    const tails = new Map<LogStream, LogChunk | undefined>()
    for (const stream of streamsOf(place)) tails.set(stream, await lastBytes(command, stream, call))
    if (command.id === open?.id)
      for (const [stream, tail] of tails) ends[stream] = tail === undefined ? 0 : tail.offset + tail.bytes
    const chunks = share(
      [...tails.values()].filter(tail => tail !== undefined),
      left,
    )
    messages = [...chunks, state, ...messages]
    for (const chunk of chunks) left -= chunkSize(chunk)
    if (chunks.some(({ offset }) => offset > 0)) whole = false
    if (!whole) break
  }
  const value = { messages, ...(whole ? {} : { left_out: leftOut }) }
  if (open === undefined) return { value }
  return { value, cursor: placeCursor({ ...place, session: open.session, at: open.id, ...ends }) }
}

const longest = (place: Place): string =>
  placeCursor({ ...place, session: 'x'.repeat(16), stdout: 1e15, stderr: 1e15 })

/** Both streams whole where they fit, otherwise half of the room for each, and to one what the other leaves. */
function share(tails: readonly LogChunk[], room: number): LogChunk[] {
  const sizes = tails.map(chunkSize)
  return tails.flatMap((tail, i) => {
    const others = sizes.reduce((sum, size, at) => (at === i ? sum : sum + size), 0)
    const mine = tails.length === 1 ? room : Math.max(room / 2, room - others)
    return tailOf(tail, mine) ?? []
  })
}

/** The last bytes of a stream, no more than any result holds; undefined where it is empty. */
async function lastBytes(
  { session, id, status, log_expired_at }: Command,
  stream: LogStream,
  { client, signal }: ToolCall,
): Promise<LogChunk | undefined> {
  if (log_expired_at !== null) return undefined
  const tail = await client.logTail({ session, command: id, stream, most: mostBytes }, { signal })
  const kept = Buffer.from(tail.bytes)
  if (kept.length === 0) return undefined
  // Of a command that still writes the last character may not be whole yet: it comes with the next bytes.
  const to = commandHasEnded(status) ? kept.length : wholeCharacters(kept)
  const from = tail.offset > 0 ? onCharacter(kept, 0, 1) : 0
  return to > from ? chunkOf({ command: id, stream }, tail.offset + from, kept.subarray(from, to)) : undefined
}

/** Where the last whole character ends. Bytes that are no text count as whole. */
function wholeCharacters(bytes: Buffer): number {
  const last = onCharacter(bytes, bytes.length - 1, -1)
  const lead = bytes[last] ?? 0
  const wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return last + wanted > bytes.length ? last : bytes.length
}
