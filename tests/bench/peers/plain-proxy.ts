import { Agent, request as ask, createServer, type IncomingMessage } from 'node:http'
import { tellAddress } from './told.ts'

/** What one writes with nothing but node:http: kept connections, pipes both ways, upgrades. Nothing is checked or changed. */
const { hostname, port } = new URL(process.argv[2] ?? '')
const agent = new Agent({ keepAlive: true })
const asked = ({ method, url, headers }: IncomingMessage) => ({
  hostname,
  port,
  method,
  path: url,
  headers,
  agent,
})

const server = createServer((incoming, response) => {
  const outgoing = ask(asked(incoming), answer => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  outgoing.on('error', () => response.destroy())
  response.once('close', () => response.writableFinished || outgoing.destroy())
  incoming.pipe(outgoing)
})
server.on('upgrade', (incoming, socket) => {
  const outgoing = ask({ ...asked(incoming), agent: false })
  outgoing.on('error', () => socket.destroy())
  outgoing.on('upgrade', ({ rawHeaders }, upstream, head) => {
    let lines = 'HTTP/1.1 101 Switching Protocols\r\n'
    for (let index = 0; index < rawHeaders.length; index += 2)
      lines += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`
    socket.write(`${lines}\r\n`)
    socket.write(head)
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
    upstream.pipe(socket).pipe(upstream)
  })
  outgoing.end()
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('no port')
await tellAddress({ url: `http://127.0.0.1:${address.port}`, headers: {} })
process.exit()
