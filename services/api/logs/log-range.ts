import type { IncomingHttpHeaders } from 'node:http'
import { byteRange } from '../../../lib/byte-range.ts'
import type { LogStream } from '../../contract/log-message.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, refuse, refuseFields } from '../outcome.ts'
import type { LogAnswer } from './log-answer.ts'
import { recordedLength } from './log-length.ts'
import { noOffsets } from './log-place.ts'
import { type LogSource, offsetsOf } from './log-source.ts'
import { logOf } from './masked-log.ts'

/**
 * The bytes of a log, or the part of them that a Range header asks for. It is honoured where the answer is one sequence
 * of bytes that can be counted: one stream of one command that is not followed. It counts from the first byte of the
 * answer, which is that at `offset`. What a command may still add to has no complete length: it is told as `*`.
 */
export async function rangedLog(
  context: Context,
  source: LogSource,
  headers: IncomingHttpHeaders,
): Promise<Outcome<LogAnswer>> {
  const whole = { status: 200, format: 'text', source, headers: {} } as const
  const { command, streams, follow } = source
  const [stream, another] = streams
  if (command === undefined || stream === undefined || another !== undefined || follow) return done(whole)
  const accepts = { 'accept-ranges': 'bytes' }
  // There is no validator that If-Range could name: what it asks for then is the whole (RFC 9110, section 13.1.5).
  if (headers.range === undefined || headers['if-range'] !== undefined)
    return done({ ...whole, headers: accepts })

  const offset = offsetsOf(source, command)?.[stream] ?? 0
  const length = Math.max(0, (await lengthNow(context, command, stream)) - offset)
  const range = byteRange(headers.range, length)
  switch (range.kind) {
    case 'whole':
      return done({ ...whole, headers: accepts })
    case 'invalid':
      return refuseFields([
        { path: 'Range', message: 'expected bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT' },
      ])
    case 'unsatisfiable':
      return refuse('offset_out_of_range', `there are ${length} bytes to take a range of`, {
        headers: { ...accepts, 'content-range': `bytes */${length}` },
      })
    case 'part': {
      const { first, last } = range
      const complete = recordedLength(command, stream) === undefined ? '*' : length
      return done({
        ...whole,
        status: 206,
        source: {
          ...source,
          start: { ...source.start, offsets: { ...noOffsets, [stream]: offset + first } },
          end: offset + last + 1,
        },
        headers: {
          ...accepts,
          'content-range': `bytes ${first}-${last}/${complete}`,
          'content-length': `${last - first + 1}`,
        },
        length: last - first + 1,
      })
    }
  }
}

/** How many bytes there are to tell now. A command may have cut its own log, below the length on record. */
async function lengthNow(context: Context, row: CommandRow, stream: LogStream): Promise<number> {
  await using file = logOf(context, row, stream)
  return await file.end(recordedLength(row, stream))
}
