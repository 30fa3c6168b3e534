import type { ServerResponse } from 'node:http'
import { isWhole, type StreamEnd } from '../../contract/stream-end.ts'
import type { Limits } from '../context.ts'
import { pump } from '../pump.ts'
import { cutAfter, untilRoom } from '../response-room.ts'
import type { Taken } from '../websocket/send-frame.ts'
import { type BodyFormat, bodyFormat, type Pieces } from './body-format.ts'
import type { LogAnswer } from './log-answer.ts'
import { type LogEvent, sentOf } from './log-event.ts'

/**
 * Sends a log as the body of a response. One that ends before its time, in a format that has no room for a reason, is
 * cut off without the last chunk, which every client reports as an error; so is one that has fewer bytes than its head
 * promised.
 */
export async function sendLog(
  response: ServerResponse,
  events: AsyncIterable<LogEvent>,
  answer: Exclude<LogAnswer, { status: 204 }>,
  { limits, request }: { limits: Limits; request: string },
): Promise<void> {
  const format = bodyFormat(answer)
  response.writeHead(answer.status, {
    'content-type': format.mediaType,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-request-id': request,
    ...answer.headers,
  })
  response.flushHeaders()
  if (format.head !== undefined) response.write(format.head)
  using _ = heartbeat(response, format, limits.ping)
  let left = answer.length ?? 0
  const end = await pump(events, async event => {
    if (event.type === 'output') left -= event.data.length
    return writeBody(response, format.write(event), limits.slowReader, sentOf(event))
  })
  if (end === 'gone') return
  if (answer.length !== undefined && left !== 0) response.destroy()
  else finish(response, end, format, limits.linger)
}

/** Keeps connections open that something on the way would close for silence, and tells of readers that are gone. */
export function heartbeat(
  response: ServerResponse,
  { heartbeat }: Pick<BodyFormat, 'heartbeat'>,
  interval: number,
): Disposable {
  if (heartbeat === undefined) return { [Symbol.dispose]: () => undefined }
  const timer = setInterval(() => {
    // Who has something to take still is not silent.
    if (!response.writableNeedDrain) response.write(heartbeat)
  }, interval)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function finish(response: ServerResponse, end: StreamEnd, format: BodyFormat, linger: number): void {
  const last = format.end?.(end)
  if (last !== undefined) {
    put(response, last)
    response.end()
  } else if (isWhole(end.reason)) response.end()
  else response.destroy()
  if (end.reason === 'slow_reader') cutAfter(response, linger)
}

/** Writes them together; whether there is room for more. `sent`: when the system has them all. */
function put(response: ServerResponse, pieces: Pieces, sent?: () => void): boolean {
  const last = pieces.length - 1
  if (last > 0) response.cork()
  for (const [index, piece] of pieces.entries())
    response.write(piece, error => {
      if (index === last && !error) sent?.()
    })
  if (last > 0) response.uncork()
  return !response.writableNeedDrain
}

/** Writes, and waits until there is room for more. */
export function writeBody(
  response: ServerResponse,
  pieces: Pieces,
  patience: number,
  sent?: () => void,
): Promise<Taken> {
  if (response.closed || response.destroyed) return Promise.resolve('gone')
  if (put(response, pieces, sent)) return Promise.resolve('taken')
  return untilRoom(response, patience)
}
