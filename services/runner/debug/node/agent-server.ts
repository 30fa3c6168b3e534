import { createServer, type Server, type Socket } from 'node:net'
import { socketLines } from '../../../../lib/socket-lines.ts'
import { type Hello, helloSchema } from './cdp-messages.ts'

/** Each is a process that runs at the same time. */
const mostProcesses = 200
const longestMessage = 128 * 1_024 * 1_024

/** A process of the debuggee that has come to its debugger. */
export type AgentPeer = {
  readonly write: (line: string) => void
  readonly cut: () => void
}

/** What becomes of the processes that come. `line` takes what one says after its hello. */
export type Came = (
  hello: Hello,
  peer: AgentPeer,
) => { readonly line: (text: string) => void; readonly gone: () => void }

/** Where the agents of a debuggee's processes come to: see agent.cjs. */
export class AgentServer implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #came: Came

  constructor(came: Came) {
    this.#came = came
    this.#server = createServer(socket => this.#take(socket))
  }

  /** Rejects where there can be no socket of this path. */
  listen(path: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(path, () => resolve())
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }

  #take(socket: Socket): void {
    socket.on('error', () => undefined)
    if (this.#sockets.size >= mostProcesses) return void socket.destroy()
    this.#sockets.add(socket)
    let process: ReturnType<Came> | undefined
    socketLines(socket, longestMessage, text => {
      if (process !== undefined) return process.line(text)
      const hello = helloOf(text)
      if (hello === undefined) return void socket.destroy()
      process = this.#came(hello, {
        write: line => void socket.write(`${line}\n`),
        cut: () => void socket.destroy(),
      })
    })
    socket.once('close', () => {
      this.#sockets.delete(socket)
      process?.gone()
    })
  }
}

function helloOf(text: string): Hello | undefined {
  try {
    const { method, params } = JSON.parse(text) as { method?: unknown; params?: unknown }
    return method === '$hello' ? helloSchema.safeParse(params).data : undefined
  } catch {
    return undefined
  }
}
