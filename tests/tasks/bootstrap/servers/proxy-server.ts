import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { listen } from './listen.ts'

/** An HTTP proxy on loopback that asks for credentials and tunnels what has them. */
export type ProxyServer = {
  /** Its address without credentials. */
  host: string
  /** `CONNECT` targets, in the order asked, with whether they were let through. */
  tunnels: { target: string; allowed: boolean }[]
}

type Owner = { teardown(end: () => Promise<void>): void }

export async function startProxyServer(
  owner: Owner,
  credentials: { user: string; password: string } | 'silent',
): Promise<ProxyServer> {
  const tunnels: ProxyServer['tunnels'] = []
  const sockets = new Set<Socket>()
  const server = createServer((_, response) => response.writeHead(405).end())
  const expected =
    credentials === 'silent'
      ? undefined
      : `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('connect', (request, client, head) => {
    client.on('error', () => {})
    const target = request.url ?? ''
    if (expected === undefined) return
    const allowed = request.headers['proxy-authorization'] === expected
    tunnels.push({ target, allowed })
    if (!allowed) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n')
      return
    }
    const [host = '', port = ''] = target.split(':')
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client)
      client.pipe(upstream)
    })
    sockets.add(upstream)
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
  })
  const port = await listen(server)
  owner.teardown(
    () =>
      new Promise(done => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  )
  return { host: `127.0.0.1:${port}`, tunnels }
}
