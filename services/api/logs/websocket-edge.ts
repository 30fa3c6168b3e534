import type { WebSocket } from 'ws'
import type { Limits } from '../context.ts'
import { endSocket } from '../websocket/end-socket.ts'
import { keepAlive } from '../websocket/keep-alive.ts'
import { sendFrame } from '../websocket/send-frame.ts'
import type { LogEvent } from './log-event.ts'
import { type FrameFormat, toJson, toLine } from './log-format.ts'
import { pump } from './pump.ts'

/**
 * Sends a log over a WebSocket. With `json` each message is a text frame, the last one `end`; with `text` the bytes of
 * each chunk are a binary frame and nothing else is sent. Frames from the client are ignored.
 */
export async function sendLogOver(
  socket: WebSocket,
  events: AsyncIterable<LogEvent>,
  { format, limits }: { format: FrameFormat; limits: Limits },
): Promise<void> {
  using _ = keepAlive(socket, limits.ping)
  const end = await pump(events, async (event, sent) => {
    if (format === 'json') return sendFrame(socket, messageOf(event), limits.slowReader, { text: true, sent })
    return event.type === 'output' ? sendFrame(socket, event.data, limits.slowReader, { sent }) : 'taken'
  })
  if (end !== 'gone')
    endSocket(socket, end, format === 'json' ? toJson(end).toString() : undefined, limits.linger)
}

/** The line without its end. */
const messageOf = (event: LogEvent): Buffer => toLine(event).subarray(0, -1)
