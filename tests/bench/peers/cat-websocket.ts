import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { tellAddress } from './told.ts'

/** A WebSocket server that sends each client what `cat FILE` writes into a pipe, as it comes: `node cat-server.ts FILE`. */
const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', async socket => {
  socket.on('error', () => undefined) // 'close' follows
  const cat = spawn('cat', [process.argv[2] ?? ''], { stdio: ['ignore', 'pipe', 'inherit'] })
  // Not more than a connection of its own would hold.
  for await (const chunk of cat.stdout)
    await new Promise<void>(resolve => {
      socket.send(chunk, () => resolve())
      if (socket.bufferedAmount < 262_144) resolve()
    })
  socket.close()
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  void tellAddress({ url: `ws://127.0.0.1:${address.port}`, headers: {} }).then(() => process.exit())
})
