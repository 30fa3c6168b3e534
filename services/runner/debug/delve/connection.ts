import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** A stream of both directions, before there is what carries it. Nothing is to be written to it before. */
export class Connection extends Duplex {
  #state: { readonly kind: 'awaited' | 'over' } | { readonly kind: 'joined'; readonly socket: Socket } = {
    kind: 'awaited',
  }

  /** From now on it is that socket, which is its own. */
  join(socket: Socket): void {
    socket.on('error', error => this.destroy(error))
    if (this.#state.kind !== 'awaited') return void socket.destroy()
    this.#state = { kind: 'joined', socket }
    socket.on('data', (piece: Buffer) => this.push(piece) || socket.pause())
    if (socket.closed) this.push(null)
    else socket.on('close', () => this.push(null))
  }

  /** Nobody will join any more: where nobody has, it ends. */
  giveUp(): void {
    if (this.#state.kind !== 'awaited') return
    this.#state = { kind: 'over' }
    this.push(null)
  }

  override _read(): void {
    if (this.#state.kind === 'joined') this.#state.socket.resume()
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#state.kind === 'joined') this.#state.socket.write(piece, done)
    else done(new Error('nobody is connected'))
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#state.kind === 'joined') this.#state.socket.destroy()
    this.#state = { kind: 'over' }
    done(error)
  }
}
