import { createServer } from 'node:http'
import { watchConnections } from '../../../lib/http-connections.ts'
import { inheritedListener } from '../../../lib/listener/listen-on.ts'
import { offerListener } from '../../../lib/listener/offer-listener.ts'

/** `served.ts NAME OFFER`: answers with its name, says where, and leaves on SIGTERM; gives its listening socket at OFFER. */
const [name = '', offer = ''] = process.argv.slice(2)
const server = createServer((_, response) => response.end(name))
const connections = watchConnections(server)
server.listen({ host: '127.0.0.1', port: 0, fd: inheritedListener(process.env) }, async () => {
  const offered = await offerListener(server, offer, error => {
    throw error
  })
  process.once('SIGTERM', async () => {
    await offered[Symbol.asyncDispose]()
    connections.stopListening()
    await connections.leave()
    await connections.drain(new Promise(resolve => server.close(resolve)), 60_000)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  process.stdout.write(`http://127.0.0.1:${address.port}\n`)
})
