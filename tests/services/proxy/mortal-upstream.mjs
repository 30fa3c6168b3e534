import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocketServer } from 'ws'

/** A service on the port that is given, to be killed at any moment: short and long answers, bodies counted, messages sent back. */
const piece = Buffer.alloc(100_000, 'x')
const server = createServer(async (request, response) => {
  let bytes = 0
  for await (const chunk of request) bytes += chunk.length
  if (request.url !== '/long') return void response.end(`${bytes}`)
  if (request.headers['x-counted'] !== undefined) response.setHeader('Content-Length', 10 * piece.length)
  for (let count = 0; count < 10; count++) {
    response.write(piece)
    await delay(5)
  }
  response.end()
})
new WebSocketServer({ server }).on('connection', socket => {
  socket.on('message', data => socket.send(data))
})
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('listening\n'))
