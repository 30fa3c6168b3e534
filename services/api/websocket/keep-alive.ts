import type { WebSocket } from 'ws'

/** Pings until disposed; a client that neither answers nor has anything to catch up with is gone. */
export function keepAlive(socket: WebSocket, interval: number): Disposable {
  let answered = true
  socket.on('pong', () => {
    answered = true
  })
  const timer = setInterval(() => {
    if (!answered && socket.bufferedAmount === 0) return socket.terminate()
    answered = false
    socket.ping()
  }, interval)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
