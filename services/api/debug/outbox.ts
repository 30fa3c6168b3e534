import type { WebSocket } from 'ws'
import { highWater, sendFrame, type Taken } from '../websocket/send-frame.ts'

/** What may wait for a client that does not read, in bytes; answers are bounded by the calls in progress as well. */
const mostUnread = { event: 8 * 1024 * 1024, answer: 64 * 1024 * 1024 } as const

/**
 * What goes to a client. While it has much to catch up with nothing of it is read, so that it asks for no more; one
 * that takes nothing for `patience` milliseconds, or to whom too much has happened meanwhile, is slow.
 */
export class Outbox {
  readonly #socket: WebSocket
  readonly #patience: number
  readonly #slow: () => void
  #waiting = 0

  constructor(socket: WebSocket, patience: number, slow: () => void) {
    this.#socket = socket
    this.#patience = patience
    this.#slow = slow
  }

  /** Resolves when the client has taken it, or will. */
  async send(kind: keyof typeof mostUnread, frame: string): Promise<Taken> {
    const socket = this.#socket
    if (socket.bufferedAmount > mostUnread[kind]) {
      this.#slow()
      return 'slow'
    }
    const sent = sendFrame(socket, frame, this.#patience)
    if (socket.bufferedAmount < highWater) return sent
    this.#waiting++
    socket.pause()
    const taken = await sent
    this.#waiting--
    if (taken === 'slow') this.#slow()
    else if (this.#waiting === 0) socket.resume()
    return taken
  }
}
