import type { Socket } from 'node:net'
import { FrameScanner, goingAway } from './frame-scanner.ts'
import type { Switched, Taken } from './upstream/answer.ts'

/** A WebSocket through the proxy: bytes both ways, untouched, until either side ends. */
export class Tunnel {
  readonly #client: Socket
  readonly #upstream: Socket
  readonly #scanner = new FrameScanner()
  #isStopping = false

  constructor(client: Socket, { socket: upstream, read }: Switched) {
    this.#client = client
    this.#upstream = upstream
    upstream.on('error', () => {}) // 'close' follows, as of the client's, which the door hears
    client.once('close', () => upstream.destroy())
    // What the upstream said last still reaches the client.
    upstream.once('close', () => client.destroySoon())
    upstream.once('end', () => client.end()).on('drain', () => client.resume())
    client.once('end', () => upstream.end()).on('drain', () => upstream.resume())
    client.on('data', bytes => {
      if (!upstream.write(bytes)) client.pause()
    })
    client.resume()
    read(bytes => this.#toClient(bytes))
  }

  /** Tells the client that we go away, between two frames; it can connect again at once. */
  stop(): void {
    this.#isStopping = true
    if (this.#scanner.atBoundary) this.#leave()
  }

  #toClient(bytes: Buffer): Taken {
    const client = this.#client
    if (client.writableEnded) return 'taken'
    this.#scanner.push(bytes)
    const takesMore = client.write(bytes)
    if (this.#isStopping && this.#scanner.atBoundary) this.#leave()
    if (client.writableLength === 0) return 'taken'
    return takesMore ? 'kept' : 'full'
  }

  #leave(): void {
    if (this.#client.writableEnded) return
    this.#client.end(goingAway('proxy stopping'))
    this.#upstream.destroy()
  }
}
