import { type ChildProcess, spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'

const giver = join(import.meta.dirname, 'give_listener.py')

/** How long giving it may take, in milliseconds: a Python that starts, and one message. */
const deadline = 20_000

/**
 * Gives the listening socket of a server to whoever connects to the unix socket at `path`, which only its owner may:
 * a successor then listens on the very same socket (`take_listener.py`), and when this process has closed its own, no
 * connection is lost, those that nobody has accepted yet included. Between processes that are not of one family, Node can
 * hand on no descriptor (`SCM_RIGHTS`, unix(7)); Python can.
 */
export async function offerListener(
  server: Server,
  path: string,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  const giving = new Set<ChildProcess>()
  const door = createServer({ pauseOnConnect: true }, connection => {
    connection.on('error', () => {})
    if (!server.listening) return void connection.destroy()
    const child = give(server, connection)
    giving.add(child)
    const timer = setTimeout(() => child.kill('SIGKILL'), deadline)
    child.once('error', onError)
    child.once('close', code => {
      clearTimeout(timer)
      giving.delete(child)
      connection.destroy()
      if (code !== 0) onError(new Error(`python3 could not give the listening socket away (exit ${code})`))
    })
  })
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject).listen(path, () => {
      door.off('error', reject).on('error', onError).unref()
      resolve()
    })
  })
  return {
    async [Symbol.asyncDispose]() {
      for (const child of giving) child.kill('SIGKILL')
      await new Promise(resolve => door.close(resolve))
      await rm(path, { force: true })
    },
  }
}

/** Over the channel between parent and child, Node hands on a server; the child has what it is given first for itself. */
function give(server: Server, connection: Socket): ChildProcess {
  const child = spawn('python3', ['-I', '-S', giver], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', connection],
  })
  child.send('listener', server, () => {}) // 'error' or 'close' of the child says all that matters
  return child
}
