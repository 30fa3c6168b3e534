import { chmod, lstat, unlink } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { UserError } from '../../lib/user-error.ts'
import { type FromRunner, toRunnerSchema } from '../contract/runner-messages.ts'

/** What one peer may cost: a line that does not end, and hints that it does not read. */
const longestLine = 4_096
const mostUnread = 65_536
const mostPeers = 64

/**
 * The runner's unix socket: one JSON object a line. It sends `hello`, then every hint, to whoever is connected, and
 * calls `woken` for each wake-up. A peer that sends anything else or does not read is cut off.
 */
export class HintServer implements AsyncDisposable {
  readonly #server: Server
  readonly #peers: Set<Socket>

  private constructor(server: Server, peers: Set<Socket>) {
    this.#server = server
    this.#peers = peers
  }

  /** Throws a UserError where another runner listens there. A file that a dead one left is replaced. */
  static async listen(path: string, hello: FromRunner, woken: () => void): Promise<HintServer> {
    await removeStale(path)
    const peers = new Set<Socket>()
    const server = createServer(socket => {
      peers.add(socket)
      socket.once('close', () => peers.delete(socket))
      socket.on('error', () => socket.destroy())
      receive(socket, woken)
      socket.write(`${JSON.stringify(hello)}\n`)
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
    return new HintServer(server, peers)
  }

  broadcast(hint: FromRunner): void {
    const line = `${JSON.stringify(hint)}\n`
    for (const peer of this.#peers) {
      if (peer.writableLength > mostUnread) peer.destroy()
      else peer.write(line)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve))
    for (const peer of this.#peers) peer.destroy()
    await closed
  }
}

function receive(socket: Socket, woken: () => void): void {
  let rest = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine || !lines.every(isWake)) socket.destroy()
    else if (lines.length > 0) woken()
  })
}

function isWake(line: string): boolean {
  try {
    return toRunnerSchema.safeParse(JSON.parse(line)).success
  } catch {
    return false
  }
}

async function removeStale(path: string): Promise<void> {
  switch (await answers(path)) {
    case 'yes':
      throw new UserError(`another runner listens on ${path}`, { fix: 'end it first, or use another socket' })
    case 'no':
      // A plain file refuses connections, too.
      if (!(await lstat(path)).isSocket()) throw new UserError(`${path} is there already, and is no socket`)
      await unlink(path)
      return
    case 'missing':
  }
}

/** Whether somebody accepts connections there. Someone who is stopped still does. */
function answers(path: string): Promise<'yes' | 'no' | 'missing'> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve('yes')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve('missing')
      else if (error.code === 'ECONNREFUSED') resolve('no')
      else reject(new Error(`the socket ${path} cannot be used`, { cause: error }))
    })
  })
}
