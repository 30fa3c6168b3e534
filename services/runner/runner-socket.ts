import { chmod } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { removeStaleSocket } from '../../lib/stale-socket.ts'
import type { FromRunner } from '../contract/runner-messages.ts'
import { saidLine } from './said-line.ts'
import { type PeerHandlers, SocketPeer } from './socket-peer.ts'

/** APIs and whoever else asks, and a connection for each tunnel and each connection to an app. */
const mostPeers = 4_096

/**
 * The runner's unix socket: one JSON object a line. It sends `hello`, then every hint and every event of a debuggee, to
 * whoever is connected; calls `woken` for each wake-up, and `asked` for each question, whose answer goes to its asker.
 */
export class RunnerSocket implements AsyncDisposable {
  readonly #server: Server
  readonly #peers: Set<SocketPeer>

  private constructor(server: Server, peers: Set<SocketPeer>) {
    this.#server = server
    this.#peers = peers
  }

  /** Throws a UserError where another runner listens there. A file that a dead one left is replaced. */
  static async listen(path: string, hello: FromRunner, handlers: PeerHandlers): Promise<RunnerSocket> {
    await removeStaleSocket(path, 'another runner')
    const peers = new Set<SocketPeer>()
    // A tunnel may have ended on one side only.
    const server = createServer({ allowHalfOpen: true }, socket => {
      const peer = new SocketPeer(socket, handlers)
      peers.add(peer)
      socket.once('close', () => peers.delete(peer))
      peer.say(hello)
    })
    server.maxConnections = mostPeers
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, () => {
        server.removeListener('error', reject)
        resolve()
      })
    })
    await chmod(path, 0o600)
    return new RunnerSocket(server, peers)
  }

  broadcast(message: FromRunner): void {
    const line = saidLine(message)
    for (const peer of this.#peers) peer.write(line)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve))
    for (const peer of this.#peers) peer.cut()
    await closed
  }
}
