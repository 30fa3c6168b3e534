import { createServer, type Server, type Socket } from 'node:net'

/** How many others may come: each takes a look at processes of the host. */
const mostOthers = 100

/**
 * A port of the loopback interface, which is open until Delve has connected, and to Delve alone: whoever else comes is turned
 * away.
 */
export class DelvePort implements Disposable {
  readonly #server: Server
  readonly #isDelve: (socket: Socket) => boolean
  readonly #connected = Promise.withResolvers<Socket>()
  readonly #number = Promise.withResolvers<number>()
  #delve: Socket | undefined
  #others = 0

  /** `isDelve`: whether the other end of a connection is Delve's; it may throw where that cannot be told. */
  constructor(isDelve: (socket: Socket) => boolean) {
    this.#isDelve = isDelve
    this.#server = createServer(socket => this.#came(socket))
    for (const { promise } of [this.#connected, this.#number]) promise.catch(() => undefined)
    this.#server.on('error', error => this.giveUp(error.message))
    this.#server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = this.#server.address()
      if (address !== null && typeof address === 'object') this.#number.resolve(address.port)
    })
  }

  /** Rejects where there is none to be had. */
  get number(): Promise<number> {
    return this.#number.promise
  }

  /** Delve's connection. Rejects where it cannot come any more. */
  get connected(): Promise<Socket> {
    return this.#connected.promise
  }

  /** It is waited for no more, for this reason. */
  giveUp(why: string): void {
    this.#server.close()
    const error = new Error(why)
    this.#number.reject(error)
    this.#connected.reject(error)
  }

  /** Delve's connection goes with it. */
  [Symbol.dispose](): void {
    this.giveUp('nobody waits for it any more')
    this.#delve?.destroy()
  }

  /** One at a time: whatever else is to be done has its turn between two of them. */
  #came(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    try {
      if (this.#isDelve(socket)) {
        this.#server.close()
        this.#delve = socket.setNoDelay(true)
        this.#connected.resolve(socket)
        return
      }
      this.#others += 1
      if (this.#others >= mostOthers) this.giveUp(`${mostOthers} others have come in its place`)
    } catch (error) {
      this.giveUp(`who has come cannot be told: ${error instanceof Error ? error.message : error}`)
    }
    socket.destroy()
  }
}
