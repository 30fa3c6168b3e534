import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

type Owner = { teardown(end: () => unknown): void }

/** The repositories below `base` over git's own protocol, each connection served by `git daemon --inetd`. */
export async function gitDaemon(owner: Owner, base: string): Promise<{ url: string }> {
  return serve(owner, socket => {
    const child = spawn('git', ['daemon', '--inetd', '--export-all', `--base-path=${base}`], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    owner.teardown(() => child.kill('SIGKILL'))
    child.stdin.on('error', () => {})
    socket.pipe(child.stdin)
    child.stdout.pipe(socket)
  })
}

/** Accepts whoever comes, and never says a word. */
export async function silentServer(owner: Owner): Promise<{ url: string; met: Promise<void> }> {
  const met = Promise.withResolvers<void>()
  return { ...(await serve(owner, () => met.resolve())), met: met.promise }
}

async function serve(owner: Owner, handle: (socket: Socket) => void): Promise<{ url: string }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    handle(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  owner.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it listens nowhere')
  return { url: `git://127.0.0.1:${address.port}` }
}
