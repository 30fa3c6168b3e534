import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { listenAt } from './listen-at.ts'

const giver = join(import.meta.dirname, 'give_listener.py')

/** How long giving one may take, in milliseconds: a Python that starts, and one message. */
const deadline = 20_000

/**
 * Gives the listening sockets of servers to whoever connects to the unix socket at `path`, which only its owner may:
 * a successor then listens on the very same sockets (`take_listeners.py`), and when this process has closed its own, no
 * connection is lost, those that nobody has accepted yet included. Between processes that are not of one family, Node can
 * hand on no descriptor (`SCM_RIGHTS`, unix(7)); Python can.
 */
export async function offerListeners(
  listeners: Readonly<Record<string, Server>>,
  path: string,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  const over = new AbortController()
  const door = createServer({ pauseOnConnect: true }, connection => {
    giveAll(listeners, connection, over.signal)
      .catch(onError)
      .finally(() => connection.destroy())
  })
  const listening = await listenAt(door, path, onError)
  return {
    async [Symbol.asyncDispose]() {
      over.abort()
      await listening[Symbol.asyncDispose]()
    },
  }
}

async function giveAll(
  listeners: Readonly<Record<string, Server>>,
  connection: Socket,
  over: AbortSignal,
): Promise<void> {
  for (const [name, server] of Object.entries(listeners)) {
    if (over.aborted) return
    // Over the channel between parent and child, Node hands on a server; the child has what it is given first for itself.
    const child = spawn('python3', ['-I', '-S', giver, name], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', connection],
      ...{ signal: over, timeout: deadline, killSignal: 'SIGKILL' },
    })
    child.send(name, server, () => {}) // 'error' or 'close' of the child says all that matters
    const [code, signal] = await once(child, 'close')
    if (code !== 0) throw new Error(`python3 could not give a listening socket away (${signal ?? code})`)
  }
}
