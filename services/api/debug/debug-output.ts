import type { Contract } from '../../contract/contract.ts'
import type { DebugOutput } from '../../contract/debug-resources.ts'
import type { LogChunk, LogStream } from '../../contract/log-message.ts'
import type { ParsedInputOf } from '../../contract/operation.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { Context } from '../context.ts'
import { refuseExpired } from '../logs/expired-log.ts'
import { toLogChunk } from '../logs/log-event.ts'
import { chunkSizes } from '../logs/log-format.ts'
import { recordedLength, startsWithin } from '../logs/log-length.ts'
import { logOf } from '../logs/masked-log.ts'
import { Tail } from '../logs/tail.ts'
import { done, type Outcome } from '../outcome.ts'
import { debuggerMessages } from './debugger-messages.ts'

type Wanted = Pick<ParsedInputOf<Contract['debug.output']>, 'stdout' | 'stderr' | 'messages' | 'limit'>

/**
 * What a debuggee has written, from the log files alone: it needs no runner. The row was read before the files: once
 * it says that the command has ended they are complete, to the lengths that it records.
 */
export async function outputOf(
  context: Context,
  row: CommandRow,
  { stdout, stderr, messages, limit }: Wanted,
): Promise<Outcome<DebugOutput>> {
  const expired = refuseExpired(row)
  if (expired !== undefined) return expired
  const starts = startsWithin(row, { stdout, stderr })
  if (!starts.ok) return starts
  const read = async (stream: LogStream) => {
    await using file = logOf(context, row, stream)
    const chunkSize = chunkSizes.json
    const tail = new Tail({ command: row.id, stream, file, position: starts.value[stream], chunkSize })
    const length = recordedLength(row, stream)
    const chunks = await readUpTo(tail, limit, length, await file.end(length))
    return { chunks, next: tail.position, isWhole: tail.position === length }
  }
  const [out, err, said] = await Promise.all([
    read('stdout'),
    read('stderr'),
    debuggerMessages(context, row, messages, limit),
  ])
  return done({
    command: row.id,
    chunks: [...out.chunks, ...err.chunks],
    messages: [...said.messages],
    next: { stdout: out.next, stderr: err.next, messages: said.next },
    complete: out.isWhole && err.isWhole && !said.more,
  })
}

/** The end of what it has written to each stream, and where to read on; undefined where that cannot be read. */
export async function lastOutputOf(
  context: Context,
  row: CommandRow,
  bytes: number,
): Promise<DebugOutput | undefined> {
  const startOf = async (stream: LogStream) => {
    await using file = logOf(context, row, stream)
    return Math.max(0, (await file.end(recordedLength(row, stream))) - bytes)
  }
  const [stdout, stderr] = await Promise.all([startOf('stdout'), startOf('stderr')])
  // What it writes meanwhile may be more than that.
  const output = await outputOf(context, row, { stdout, stderr, messages: 0, limit: bytes })
  return output.ok ? output.value : undefined
}

async function readUpTo(
  tail: Tail,
  limit: number,
  length: number | undefined,
  size: number,
): Promise<LogChunk[]> {
  const wanted = tail.position + limit
  const end = Math.min(wanted, size)
  const drain = (last: boolean) =>
    Array.fromAsync(
      tail.drain(end, last, () => false),
      toLogChunk,
    )
  const chunks = await drain(end === length)
  // A limit below the length of one character: its bytes are told as they are, or the reader would stay here for good.
  return chunks.length === 0 && end === wanted ? drain(true) : chunks
}
