import type { WebSocket } from 'ws'
import { output, preferences, type Size, title } from './protocol.ts'
import type { Scrollback } from './scrollback.ts'

/** Bytes that may be on their way to one viewer, and in one message. */
const mostOnTheWay = 262_144
const mostInMessage = 65_536
/** How long a viewer may take for the last words, in milliseconds. */
const lastWordsMs = 5_000

const skipped = Buffer.from('\x1bc\x1b[2m[what this terminal could not take in time was left out]\x1b[0m\r\n')

/**
 * Somebody who looks at a terminal: a place in its output, and a connection over which what comes behind that goes as fast as
 * it is taken. Nothing is kept for it but that: where it has fallen behind what is kept it begins anew.
 */
export class Viewer {
  size: Size
  readonly #socket: WebSocket
  readonly #scrollback: Scrollback
  readonly #took: () => void
  #at: number
  #onTheWay = 0
  #isPaused = false
  #end: string | undefined

  /** `took`: whenever something has gone out. */
  constructor(socket: WebSocket, size: Size, scrollback: Scrollback, took: () => void) {
    this.#socket = socket
    this.size = size
    this.#scrollback = scrollback
    this.#took = took
    this.#at = scrollback.end
  }

  /** How many bytes it has not taken yet. */
  get behind(): number {
    return this.#scrollback.end - this.#at + this.#onTheWay
  }

  greet(name: string): void {
    this.#send(title(name))
    this.#send(preferences({}))
    if (this.#scrollback.end > 0) this.#send(output(...this.#scrollback.replay()))
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.bring()
  }

  /** Sends what there is, as far as it is taken. */
  bring(): void {
    while (!this.#isPaused && this.#onTheWay < mostOnTheWay && this.#at < this.#scrollback.end) {
      if (this.#at < this.#scrollback.start) {
        this.#at = this.#scrollback.end
        this.#send(output(skipped, ...this.#scrollback.replay()))
        continue
      }
      const bytes = this.#scrollback.read(this.#at, mostInMessage)
      this.#at += bytes.length
      this.#send(output(bytes))
    }
    if (this.#end !== undefined && this.#at === this.#scrollback.end) this.#socket.close(1000, this.#end)
  }

  /** Closes it behind the last byte. */
  end(reason: string): void {
    this.#end = reason
    const timer = setTimeout(() => this.#socket.terminate(), lastWordsMs)
    this.#socket.once('close', () => clearTimeout(timer))
    this.resume()
  }

  /** Whether its keys are heeded. */
  listen(does: boolean): void {
    if (does) this.#socket.resume()
    else this.#socket.pause()
  }

  #send(message: Buffer): void {
    this.#onTheWay += message.length
    this.#socket.send(message, () => {
      this.#onTheWay -= message.length
      this.#took()
    })
  }
}
