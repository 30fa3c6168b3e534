import type { WebSocket } from 'ws'
import type { Codec } from '../../contract/stream-codec.ts'
import { closeCodeOf, endLine, type StreamEnd } from '../../contract/stream-end.ts'

/**
 * Says why a stream ends as the last frame, and closes with the code and reason that say the same. A client that takes
 * none of it is cut when the server's time for a closing handshake (`linger`) is over. `none`: what is spoken there has no such
 * frame.
 */
export function endSocket(socket: WebSocket, end: StreamEnd, codec: Codec | 'none'): void {
  if (socket.readyState !== socket.OPEN) return
  if (codec !== 'none') socket.send(codec === 'json' ? JSON.stringify(end) : endLine(end))
  socket.close(closeCodeOf(end), end.reason)
}
