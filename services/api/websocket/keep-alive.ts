import type { WebSocket } from 'ws'
import { highWater } from './send-frame.ts'

/**
 * Pings until disposed, and answers the client's own pings. `silent` is called when a client neither answers nor has
 * anything to catch up with. Of a flood of pings whose answers are not taken only some are answered, as they may be
 * (RFC 6455, section 5.5.3): what waits for a client stays bounded.
 */
export function keepAlive(socket: WebSocket, interval: number, silent: () => void): Disposable {
  let answered = true
  socket.on('pong', () => {
    answered = true
  })
  socket.on('ping', data => {
    if (socket.bufferedAmount < highWater) socket.pong(data)
  })
  const timer = setInterval(() => {
    if (!answered && socket.bufferedAmount === 0) return silent()
    answered = false
    socket.ping()
  }, interval)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
