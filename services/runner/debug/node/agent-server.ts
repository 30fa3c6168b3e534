import { createServer, type Server, type Socket } from 'node:net'
import { socketLines } from '../../../../lib/socket-lines.ts'
import { type Hello, helloSchema } from './cdp-messages.ts'

/** Each is a process that runs at the same time. */
const mostProcesses = 200
const longestMessage = 128 * 1_024 * 1_024
/** What all of them together may have said of messages that have not come to their end, in bytes. */
const mostBegun = 2 * longestMessage
/** What one may leave unread, in bytes. */
const mostUnread = 64 * 1_024 * 1_024

/** How long one that is let go of may take to leave. */
const leavesMs = 2_000

/** A process of the debuggee that has come to its debugger. */
export type AgentPeer = {
  readonly write: (line: string) => void
  /** Ends it. */
  readonly close: () => void
}

/** Has a process run without a debugger. */
export const releasing = JSON.stringify({ method: '$release' })

/** What becomes of the processes that come. `line` takes what one says after its hello. */
export type Came = (
  hello: Hello,
  peer: AgentPeer,
) => { readonly line: (text: string) => void; readonly gone: () => void }

/**
 * Where the agents of a debuggee's processes come to: see agent.cjs. The program itself can come, too, and say anything: who
 * says what cannot be made sense of is cut off, and costs nobody else anything.
 */
export class AgentServer implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #came: Came
  #begun = 0

  constructor(came: Came) {
    this.#came = came
    this.#server = createServer(socket => this.#take(socket))
  }

  /** Rejects where there can be no socket of this path. */
  listen(path: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Later ones tell that somebody could not be let in.
    this.#server.on('error', reject)
    this.#server.listen(path, () => resolve())
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }

  #take(socket: Socket): void {
    socket.on('error', () => undefined)
    if (this.#sockets.size >= mostProcesses) return void letGo(socket)
    this.#sockets.add(socket)
    let process: ReturnType<Came> | undefined
    let begun = 0
    const holds = (bytes: number) => {
      this.#begun += bytes - begun
      begun = bytes
      if (this.#begun > mostBegun) socket.destroy()
    }
    socket.on('data', (piece: Buffer) => {
      const end = piece.lastIndexOf('\n')
      holds(end < 0 ? begun + piece.length : piece.length - end - 1)
    })
    socketLines(socket, longestMessage, text => {
      try {
        if (process !== undefined) return process.line(text)
        const hello = helloOf(text)
        if (hello === undefined) return void socket.destroy()
        process = this.#came(hello, {
          write: line => {
            socket.write(`${line}\n`)
            if (socket.writableLength > mostUnread) socket.destroy()
          },
          close: () => void socket.destroy(),
        })
      } catch {
        // Nested too deeply to be looked at.
        socket.destroy()
      }
    })
    socket.once('close', () => {
      holds(0)
      this.#sockets.delete(socket)
      process?.gone()
    })
  }
}

/** One too many runs on by itself. */
function letGo(socket: Socket): void {
  socket.end(`${releasing}\n`).resume()
  const timer = setTimeout(() => socket.destroy(), leavesMs)
  socket.once('close', () => clearTimeout(timer))
}

function helloOf(text: string): Hello | undefined {
  try {
    const { method, params } = JSON.parse(text) as { method?: unknown; params?: unknown }
    return method === '$hello' ? helloSchema.safeParse(params).data : undefined
  } catch {
    return undefined
  }
}
