import type { WebSocket } from 'ws'
import type { Codec } from '../../contract/stream-codec.ts'
import type { Limits } from '../context.ts'
import { pump } from '../pump.ts'
import { endSocket } from '../websocket/end-socket.ts'
import { sendFrame } from '../websocket/send-frame.ts'
import { type LogEvent, sentOf } from './log-event.ts'
import { toLine } from './log-format.ts'

/**
 * Sends a log over a WebSocket. With `json` each message is a text frame; with `text` the bytes of each chunk are a binary
 * frame, and of the other messages only the last is told. Frames from the client are ignored.
 */
export async function sendLogOver(
  socket: WebSocket,
  events: AsyncIterable<LogEvent>,
  { codec, limits }: { codec: Codec; limits: Limits },
): Promise<void> {
  const end = await pump(events, async event => {
    const sent = sentOf(event)
    if (codec === 'json') return sendFrame(socket, messageOf(event), limits.slowReader, { text: true, sent })
    return event.type === 'output' ? sendFrame(socket, event.data, limits.slowReader, { sent }) : 'taken'
  })
  if (end !== 'gone') endSocket(socket, end, codec)
}

/** The line without its end. */
const messageOf = (event: LogEvent): Buffer => toLine(event).subarray(0, -1)
