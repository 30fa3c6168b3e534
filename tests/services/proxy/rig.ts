import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { pino } from 'pino'
import type { Test } from 'tap'
import { instanceId } from '../../../services/contract/ids.ts'
import { type ProxyDependencies, startProxy } from '../../../services/proxy/proxy.ts'
import { noGateway } from './no-gateway.ts'

/** For a proxy that no app is asked of. */
export const noApps = {
  appOrigins: '',
  apps: {
    serve: () => {
      throw new Error('no app is asked for')
    },
    stop: () => undefined,
  },
}

/** An upstream that answers as the test says, and a real proxy before it. */
export async function startRig(t: Test, answer: RequestListener, options: Partial<ProxyDependencies> = {}) {
  const upstream = createServer(answer)
  const port = await listen(upstream)
  t.teardown(() => {
    upstream.closeAllConnections()
    upstream.close()
  })
  const instance = instanceId.create()
  const proxy = await startProxy({
    listen: { host: '127.0.0.1', port: 0 },
    upstream: `http://127.0.0.1:${port}`,
    proof: 'the proof',
    trustedProxies: [],
    connections: 10_000,
    perAddress: 10_000,
    bodyLimit: 0,
    ...noApps,
    instance,
    version: '1.2.3',
    log: pino({ level: 'silent' }),
    openGateway: noGateway,
    ...options,
  })
  t.teardown(() => proxy[Symbol.asyncDispose]())
  return { proxy, upstream, instance, direct: `http://127.0.0.1:${port}` }
}

export async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** A connection to a server, and everything that comes back on it until it ends. */
export async function dial(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return socket
}

/** Sends a request just as it is written, and gives the answer just as it came. */
export async function exchange(url: string, text: string | Buffer): Promise<string> {
  const socket = await dial(url)
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  socket.write(text)
  await new Promise(resolve => socket.once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}
