import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createConnectionServer, type Server } from 'node:net'
import { watchConnections } from '../../../lib/http-connections.ts'
import { inheritedListeners } from '../../../lib/listener/listen-on.ts'
import { offerListeners } from '../../../lib/listener/offer-listeners.ts'

/** `served.ts NAME OFFER`: answers with its name, says where, and leaves on SIGTERM; gives its listening socket at OFFER. */
const [name = '', offer = ''] = process.argv.slice(2)
const server = createServer((_, response) => response.end(name))
const connections = watchConnections(server)
const inherited = inheritedListeners(process.env)
/** A second one, which says the same. */
const other = createConnectionServer(socket => socket.end(name))
other.listen({ host: '127.0.0.1', port: 0, fd: inherited.other })
await once(other, 'listening')
server.listen({ host: '127.0.0.1', port: 0, fd: inherited.plain }, async () => {
  const listeners = { plain: server, other }
  const offered = await offerListeners(listeners, offer, error => {
    throw error
  })
  process.once('SIGTERM', async () => {
    await offered[Symbol.asyncDispose]()
    other.close()
    connections.stopListening()
    await connections.leave()
    await connections.drain(new Promise(resolve => server.close(resolve)), 60_000)
  })
  process.stdout.write(`http://127.0.0.1:${portOf(server)} ${portOf(other)}\n`)
})

function portOf(listener: Server): number {
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
