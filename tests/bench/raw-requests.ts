import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** The cheapest client there is, so that a server costs more than who asks it. */

async function dial(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  return socket
}

const get = (path: string, ...headers: string[]) =>
  ['GET', path, `HTTP/1.1\r\n${['Host: example.org', ...headers].join('\r\n')}\r\n\r\n`].join(' ')

const headers = [
  'Accept: */*',
  'User-Agent: bench',
  'Accept-Encoding: gzip, deflate',
  'Authorization: Bearer bench',
]

/** How long each small answer took, in milliseconds, of those within the seconds. Each connection asks again once it was answered. */
export async function askFor(url: string, connections: number, seconds: number): Promise<number[]> {
  const took: number[] = []
  const text = get('/', ...headers)
  const end = performance.now() + seconds * 1_000
  const one = async () => {
    const socket = await dial(url)
    await new Promise<void>((resolve, reject) => {
      let began = 0
      const ask = () => {
        began = performance.now()
        if (began >= end) resolve()
        else socket.write(text)
      }
      let tail = ''
      socket.on('data', chunk => {
        tail = (tail + chunk.toString('latin1')).slice(-20)
        if (!tail.endsWith('{"status":"ok"}')) return
        tail = ''
        took.push(performance.now() - began)
        ask()
      })
      socket.once('close', () => reject(new Error('the connection was closed')))
      ask()
    })
    socket.removeAllListeners('close').destroy()
  }
  await Promise.all(Array.from({ length: connections }, one))
  return took
}

/** How many bytes of one long answer arrive within a second. */
export async function streamed(url: string, bytes: number): Promise<number> {
  const socket = await dial(url)
  const began = performance.now()
  let arrived = 0
  socket.write(get(`/stream/${bytes}`, 'Connection: close'))
  socket.on('data', chunk => {
    arrived += chunk.length
    if (arrived >= bytes) socket.end()
  })
  await once(socket, 'close')
  if (arrived < bytes) throw new Error(`only ${arrived} bytes arrived`)
  return bytes / ((performance.now() - began) / 1_000)
}

/** How many messages came back within a second, on so many connections, each sending one more once it has it back. */
export async function echoed(url: string, connections: number, seconds: number): Promise<number> {
  const message = Buffer.alloc(70, 'm')
  message.set([0x82, 0x80 | 64])
  const end = performance.now() + seconds * 1_000
  const one = async () => {
    const socket = await dial(url)
    const upgrade = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13']
    socket.write(get('/', ...upgrade, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='))
    let head = ''
    while (!head.includes('\r\n\r\n')) head += (await once(socket, 'data')).join('')
    let count = 0
    await new Promise<void>((resolve, reject) => {
      let arrived = 0
      socket.write(message)
      socket.on('data', chunk => {
        arrived += chunk.length
        if (arrived < message.length) return
        arrived = 0
        count++
        if (performance.now() >= end) resolve()
        else socket.write(message)
      })
      socket.once('close', () => reject(new Error('the connection was closed')))
    })
    socket.removeAllListeners('close').destroy()
    return count
  }
  const counts = await Promise.all(Array.from({ length: connections }, one))
  return counts.reduce((sum, count) => sum + count, 0) / seconds
}

/** How long it took until who is to answer knew that the client had gone, in milliseconds, the longest of so many times. */
export async function noticed(url: string, direct: string, times: number): Promise<number> {
  const told = await dial(direct)
  told.write(get('/left'))
  let longest = 0
  for (let time = 0; time < times; time++) {
    const client = await dial(url)
    client.write(get('/silent'))
    // Until the request is there: nobody tells when.
    await delay(20)
    const began = performance.now()
    client.destroy()
    await once(told, 'data', { signal: AbortSignal.timeout(10_000) })
    longest = Math.max(longest, performance.now() - began)
  }
  told.destroy()
  return longest
}
