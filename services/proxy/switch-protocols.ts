import type { Socket } from 'node:net'
import type { RawHeaders } from './headers.ts'

/** Tells the client that the upstream has agreed to a WebSocket, in its own words (RFC 6455, section 4.2.2). */
export function switchProtocols(socket: Socket, headers: RawHeaders): void {
  let text = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  for (let index = 0; index + 1 < headers.length; index += 2)
    text += `${headers[index]}: ${headers[index + 1]}\r\n`
  socket.write(`${text}\r\n`, 'latin1')
}
