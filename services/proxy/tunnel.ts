import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { FrameScanner, goingAway } from './frame-scanner.ts'

/** A WebSocket through the proxy: bytes both ways, untouched, until either side ends. */
export class Tunnel {
  readonly #client: Socket
  readonly #upstream: Duplex
  readonly #scanner = new FrameScanner()

  constructor(client: Socket, upstream: Duplex) {
    this.#client = client
    this.#upstream = upstream
    client.on('error', () => {}) // 'close' follows
    upstream.on('error', () => {})
    client.once('close', () => upstream.destroy())
    // What the upstream said last still reaches the client.
    upstream.once('close', () => client.destroySoon())
    pass(upstream, client, chunk => this.#scanner.push(chunk))
    pass(client, upstream)
  }

  /** Tells the client that we go away, between two frames; it can connect again at once. */
  stop(): void {
    if (!this.#scanner.atBoundary) {
      this.#upstream.once('data', () => setImmediate(() => this.stop()))
      return
    }
    this.#upstream.removeAllListeners('data').pause()
    this.#client.end(goingAway('proxy stopping'))
    this.#upstream.destroy()
  }
}

/** As `pipe`, which does more for each chunk. */
function pass(from: Duplex, to: Duplex, look?: (chunk: Buffer) => void): void {
  from.on('data', (chunk: Buffer) => {
    look?.(chunk)
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.once('end', () => to.end())
  from.resume()
}
