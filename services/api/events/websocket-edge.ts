import type { WebSocket } from 'ws'
import type { Codec } from '../../contract/stream-codec.ts'
import type { StreamEnd } from '../../contract/stream-end.ts'
import type { Limits } from '../context.ts'
import { pump } from '../pump.ts'
import { endSocket } from '../websocket/end-socket.ts'
import { sendFrame } from '../websocket/send-frame.ts'
import type { EventText } from './event-text.ts'

/** Sends changes over a WebSocket, each as a text frame. Frames from the client are ignored. */
export async function sendEventsOver(
  socket: WebSocket,
  told: AsyncIterable<EventText | StreamEnd>,
  { codec, limits }: { codec: Codec; limits: Limits },
): Promise<void> {
  const end = await pump(told, event =>
    sendFrame(socket, codec === 'json' ? event.json : event.line, limits.slowReader),
  )
  if (end !== 'gone') endSocket(socket, end, codec)
}
