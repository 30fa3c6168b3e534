import { createServer, type Socket } from 'node:net'
import { tellAddress } from './told.ts'

/**
 * What stands behind a proxy under measurement, and costs next to nothing: `GET /` is answered with a few bytes,
 * `GET /stream/N` with N bytes, and an upgrade with the same bytes that come in. `GET /silent` is not answered; who has asked for
 * `GET /left` gets a byte each time such a request is given up.
 */
const small = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 15\r\n\r\n{"status":"ok"}',
)
const chunk = Buffer.alloc(65_536, 'x')
const watching = new Set<Socket>()

const server = createServer({ noDelay: true }, socket => {
  let head = ''
  socket.on('error', () => socket.destroy())
  socket.on('data', function answer(bytes: Buffer) {
    head += bytes.toString('latin1')
    for (;;) {
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      const asked = head.slice(0, end)
      head = head.slice(end + 4)
      if (/^upgrade:/im.test(asked)) {
        socket.off('data', answer)
        echo(socket, head)
        return
      }
      const [path = ''] = /(?<=^GET \/)\S*/.exec(asked) ?? []
      if (path === 'left') watching.add(socket)
      else if (path === 'silent') socket.once('close', tellLeft)
      else if (path.startsWith('stream/')) stream(socket, Number(path.slice(7)))
      else socket.write(small)
    }
  })
})

function tellLeft(): void {
  for (const socket of watching) socket.write('.')
}

function stream(socket: Socket, bytes: number): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n`)
  let left = bytes
  const more = () => {
    while (left > 0) {
      const next = left < chunk.length ? chunk.subarray(0, left) : chunk
      left -= next.length
      if (!socket.write(next)) return
    }
    socket.off('drain', more)
  }
  socket.on('drain', more)
  more()
}

function echo(socket: Socket, said: string): void {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  socket.write(said, 'latin1')
  socket.on('data', (bytes: Buffer) => socket.write(bytes))
}

await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('no port')
await tellAddress({ url: `http://127.0.0.1:${address.port}`, headers: {} })
process.exit()
