import type { WebSocket } from 'ws'
import type { Limits } from '../context.ts'
import { highWater } from './send-frame.ts'

/** Why a client is given up: it answers no ping, or takes nothing. */
type Given = 'unresponsive' | 'slow_reader'

/**
 * Pings until disposed, and answers the client's own pings. `giveUp` is called when a client has taken a ping and does not
 * answer it, and when it takes nothing for so long that not even a ping has left, however little waits for it.
 *
 * Of a flood of pings whose answers are not taken only some are answered, as they may be (RFC 6455, section 5.5.3): what
 * waits for a client stays bounded.
 */
export function keepAlive(
  socket: WebSocket,
  { ping, slowReader }: Pick<Limits, 'ping' | 'slowReader'>,
  giveUp: (reason: Given) => void,
): Disposable {
  let answered = true
  /** When a ping was sent that has not left yet. */
  let waitsSince: number | undefined
  socket.on('pong', () => {
    answered = true
  })
  socket.on('ping', data => {
    if (socket.bufferedAmount < highWater) socket.pong(data)
  })
  const timer = setInterval(() => {
    const now = performance.now()
    if (waitsSince !== undefined) {
      if (now - waitsSince >= slowReader) giveUp('slow_reader')
    } else if (!answered && socket.bufferedAmount === 0) giveUp('unresponsive')
    else {
      answered = false
      waitsSince = now
      socket.ping(undefined, undefined, () => {
        waitsSince = undefined
      })
    }
  }, ping)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
