import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { tellAddress } from './told.ts'

/** A WebSocket server that does nothing but send the time to everybody, in a frame as long as ours. */
const padding = 'x'.repeat(90)

const server = createServer()
const sockets = new WebSocketServer({ server, clientTracking: true })
sockets.on('connection', socket => socket.on('error', () => undefined)) // 'close' follows
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  void tellAddress({ url: `ws://127.0.0.1:${address.port}`, headers: {} }).then(() => process.exit())
})
setInterval(() => {
  const frame = JSON.stringify({ type: 'output', text: `${Date.now()}\n`, padding })
  for (const socket of sockets.clients) socket.send(frame)
}, Number(process.argv[2]))
