import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Test } from 'tap'
import { until } from '../../until.ts'

/** Serves every repository below `root` at `git://127.0.0.1:PORT/`, until the test ends. */
export async function gitDaemon(
  t: Test,
  root: string,
  port?: number,
): Promise<{ url: string; stop: () => Promise<void> }> {
  port ??= await freePort()
  const args = [
    'daemon',
    '--reuseaddr',
    '--listen=127.0.0.1',
    `--port=${port}`,
    '--export-all',
    `--base-path=${root}`,
  ]
  const child = spawn('git', [...args, root], {
    stdio: 'ignore',
    detached: true,
    env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  })
  const stop = () => end(child)
  t.teardown(stop)
  await until('git daemon to listen', () => answers(port))
  return { url: `git://127.0.0.1:${port}`, stop }
}

/** Accepts connections and never says a word. */
export async function silentServer(
  t: Test,
): Promise<{ port: number; server: Server; cutConnections: () => void }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined).resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cutConnections = () => {
    for (const socket of sockets) socket.destroy()
  }
  // Whoever waits at one, such as the git of a runner that was killed, leaves by that.
  t.teardown(() => {
    server.close()
    cutConnections()
  })
  return { port: portOf(server), server, cutConnections }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  return address.port
}

/** `git daemon` is a child of `git`: both are of the group. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  process.kill(-child.pid, 'SIGTERM')
  await exited
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
