import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import { until } from '../api/until.ts'
import { dial, exchange, startRig } from './rig.ts'

/** Tells which requests arrived: whoever smuggles one has two where one was meant. */
function counted(): { readonly seen: string[]; readonly answer: RequestListener } {
  const seen: string[] = []
  return {
    seen,
    answer(request, response) {
      seen.push(`${request.method} ${request.url}`)
      request.resume().on('end', () => response.end('answered'))
    },
  }
}

const post = (...lines: string[]) => ['POST /outer HTTP/1.1', 'Host: a', ...lines].join('\r\n')
const hidden = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n'

const smuggled: Record<string, string> = {
  'two lengths': `${post('Content-Length: 0', 'Content-Length: 39')}\r\n\r\n${hidden}`,
  'two lengths in one': `${post('Content-Length: 0, 39')}\r\n\r\n${hidden}`,
  'a signed length': `${post('Content-Length: +0')}\r\n\r\n${hidden}`,
  'a length in hexadecimals': `${post('Content-Length: 0x27')}\r\n\r\n${hidden}`,
  'a length and chunks': `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n${hidden}`,
  'chunks and a length': `${post('Transfer-Encoding: chunked', 'Content-Length: 44')}\r\n\r\n0\r\n\r\n${hidden}`,
  'chunks, hidden by a space': `${post('Transfer-Encoding : chunked')}\r\n\r\n0\r\n\r\n${hidden}`,
  'chunks, hidden by a tab': `${post('Transfer-Encoding:\x0bchunked')}\r\n\r\n0\r\n\r\n${hidden}`,
  'chunks that are not the last coding': `${post('Transfer-Encoding: chunked, identity')}\r\n\r\n0\r\n\r\n${hidden}`,
  'chunks twice': `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n${hidden}`,
  'an unknown coding': `${post('Transfer-Encoding: xchunked')}\r\n\r\n0\r\n\r\n${hidden}`,
  'chunks in HTTP/1.0': `${post('Transfer-Encoding: gzip').replace('1.1', '1.0')}\r\n\r\n0\r\n\r\n${hidden}`,
  'a folded header': `${post('X: y', ' Content-Length: 39')}\r\n\r\n${hidden}`,
  'a bare line feed in a header': `${post('X: y\nContent-Length: 39')}\r\n\r\n${hidden}`,
  'a bare carriage return in a header': `${post('X: y\rContent-Length: 39')}\r\n\r\n${hidden}`,
  'a null in a header': `${post('X: y\0z')}\r\n\r\n`,
  'a chunk size with a sign': `${post('Transfer-Encoding: chunked')}\r\n\r\n+0\r\n\r\n${hidden}`,
  'a chunk size with a prefix': `${post('Transfer-Encoding: chunked')}\r\n\r\n0x0\r\n\r\n${hidden}`,
  'a chunk size beyond all': `${post('Transfer-Encoding: chunked')}\r\n\r\n${'f'.repeat(17)}\r\n`,
  'a chunk without its end': `${post('Transfer-Encoding: chunked')}\r\n\r\n1\r\naa\r\n0\r\n\r\n${hidden}`,
  'a bare line feed after a size': `${post('Transfer-Encoding: chunked')}\r\n\r\n0\n\n${hidden}`,
  'two hosts': `GET /outer HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
  'no host': `GET /outer HTTP/1.1\r\n\r\n`,
  'an authority': `CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\n\r\n`,
  'another protocol in the line': `GET gopher://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n`,
  'a space in the target': `GET /outer /hidden HTTP/1.1\r\nHost: a\r\n\r\n`,
}

t.test('no request is hidden in another', async t => {
  const { seen, answer } = counted()
  const { proxy } = await startRig(t, answer)
  for (const [name, text] of Object.entries(smuggled)) {
    seen.length = 0
    const told = await exchange(proxy.url, text)
    t.notOk(seen.includes('GET /hidden'), name)
    t.ok(seen.length < 2, name)
    if (told !== '') t.match(told, /^HTTP\/1\.1 400 /, name)
  }
})

t.test('what a client names in Connection takes nothing away that says where a body ends', async t => {
  const { seen, answer } = counted()
  const { proxy } = await startRig(t, answer)
  const named = post(
    `Content-Length: ${hidden.length}`,
    'Connection: close, Content-Length, Host, X-Forwarded-For',
  )
  t.match(await exchange(proxy.url, `${named}\r\n\r\n${hidden}`), /answered$/)
  t.same(seen, ['POST /outer'])
})

t.test('whom a request comes from cannot be claimed', async t => {
  const { proxy } = await startRig(t, (request, response) => response.end(JSON.stringify(request.headers)))
  const claims = ['X-Forwarded-For: 6.6.6.6', 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https']
  claims.push(
    'Forwarded: for=6.6.6.6',
    'X-Debug-Server-Proxy: guessed',
    'Connection: close, X-Debug-Server-Proxy',
  )
  const answer = await exchange(
    proxy.url,
    `GET / HTTP/1.1\r\nHost: localhost\r\n${claims.join('\r\n')}\r\n\r\n`,
  )
  t.match(JSON.parse(answer.slice(answer.indexOf('{'))), {
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': 'localhost',
    'x-forwarded-proto': 'http',
    forwarded: 'for=127.0.0.1;host=localhost;proto=http',
    'x-debug-server-proxy': 'the proof',
  })
})

t.test('100,000 headers are refused, and others are answered meanwhile', async t => {
  const { proxy } = await startRig(t, (_, response) => response.end('answered'))
  const lines = Array.from({ length: 100_000 }, (_, index) => `X-${index}: y\r\n`).join('')
  const many = exchange(proxy.url, `GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`).catch(() => 'cut')
  t.equal(await (await fetch(proxy.url)).text(), 'answered')
  t.match(await many, /^(?:HTTP\/1\.1 431 |cut$)/)
})

t.test('a body that is too long is refused by its length, and where it has none, when it is', async t => {
  const { seen, answer } = counted()
  const { proxy } = await startRig(t, answer, { bodyLimit: 10 })
  const close = 'Connection: close'
  t.match(
    await exchange(proxy.url, `${post('Content-Length: 11', close)}\r\n\r\n`),
    /^HTTP\/1\.1 413 .*"body_too_large"/s,
  )
  t.same(seen, [])
  const chunked = post('Transfer-Encoding: chunked', close)
  t.match(
    await exchange(proxy.url, `${chunked}\r\n\r\nb\r\n${'x'.repeat(11)}\r\n0\r\n\r\n`),
    /^HTTP\/1\.1 413 /,
  )
  t.match(await exchange(proxy.url, `${chunked}\r\n\r\na\r\n${'x'.repeat(10)}\r\n0\r\n\r\n`), /answered/)
})

t.test('a body that stops coming is cut, and what the upstream has of it as well', async t => {
  let aborted = 0
  const { proxy } = await startRig(t, request => request.resume().on('error', () => aborted++), {
    limits: { pause: 100 },
  })
  t.match(
    await exchange(proxy.url, `${post('Content-Length: 20')}\r\n\r\nhalf`),
    /^HTTP\/1\.1 408 .*"request_timeout"/s,
  )
  await until(() => aborted === 1, 'the upstream knows')
})

t.test('WebSockets that flood slow themselves down, and nobody else', async t => {
  const { proxy, upstream } = await startRig(t, (_, response) => response.end('answered'))
  const taken: Socket[] = []
  new WebSocketServer({ server: upstream }).on('connection', (_, { socket }) => {
    taken.push(socket.pause())
  })
  const before = process.memoryUsage.rss()
  const message = Buffer.alloc(1_000_000)
  const floods = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const socket = new WebSocket(proxy.url.replace('http', 'ws'))
      await once(socket, 'open')
      return socket
    }),
  )
  for (const socket of floods) for (let count = 0; count < 30; count++) socket.send(message)
  t.equal(await (await fetch(proxy.url)).text(), 'answered')
  const unsent = () => floods.reduce((sum, socket) => sum + socket.bufferedAmount, 0)
  // What the clients still hold has been taken by nobody: of 300 MB the proxy and the system have a part.
  t.ok(unsent() > 100_000_000, `${unsent()} bytes wait at the clients`)
  t.ok(process.memoryUsage.rss() - before < 800_000_000)
  for (const socket of floods) socket.terminate()
  await until(() => taken.every(socket => socket.resume().destroyed), 'all of them are gone')
})

t.test('a service that floods a WebSocket waits for its client, who gets all of it', async t => {
  const { proxy, upstream } = await startRig(t, (_, response) => response.end('answered'))
  const [messages, length] = [100, 1_000_000]
  const server = new WebSocketServer({ server: upstream, perMessageDeflate: false })
  const joined = once(server, 'connection')
  const client = new WebSocket(proxy.url.replace('http', 'ws'))
  await once(client, 'open')
  client.pause()
  const [flood] = await joined
  for (let count = 0; count < messages; count++) flood.send(Buffer.alloc(length, count))
  let [waiting, still] = [flood.bufferedAmount, 0]
  await until(() => {
    still = flood.bufferedAmount === waiting ? still + 1 : 0
    waiting = flood.bufferedAmount
    return still > 20
  }, 'nothing moves any more')
  t.ok(waiting > 50_000_000, `${waiting} bytes wait at the service`)
  t.equal(await (await fetch(proxy.url)).text(), 'answered')
  let arrived = 0
  const whole = new Promise<void>(resolve => {
    client.on('message', (data: Buffer) => {
      t.ok(data.equals(Buffer.alloc(length, arrived++)), `message ${arrived}`)
      if (arrived === messages) resolve()
    })
  })
  client.resume()
  await whole
  client.terminate()
})

t.test('who takes nothing of an answer is cut, and who takes it slowly has all of it', async t => {
  const [length, block] = [60_000_000, Buffer.alloc(1_000_000)]
  const left: string[] = []
  const { proxy } = await startRig(
    t,
    ({ url = '' }, response) => {
      if (url !== '/in-pieces') response.setHeader('Content-Length', length)
      let written = 0
      const more = () => {
        while (written < length) {
          written += block.length
          if (!response.write(block)) return
        }
        response.end()
      }
      response.on('drain', more).once('close', () => left.push(url))
      more()
    },
    { limits: { slowReader: 3_000 } },
  )
  const begin = async (path: string) => {
    const socket = await dial(proxy.url)
    socket.on('error', () => {}).write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    return socket
  }
  for (const path of ['/in-one', '/in-pieces']) (await begin(path)).pause()
  const slow = await begin('/slowly')
  let read = 0
  // As much as the system lets go of at a time comes many times as fast as it would have to.
  slow.on('data', bytes => {
    const blocks = Math.floor(read / block.length)
    read += bytes.length
    if (left.length === 2 || Math.floor(read / block.length) === blocks) return
    slow.pause()
    setTimeout(() => slow.resume(), 100)
  })
  await until(() => left.length === 2, 'the others are cut')
  t.same(left.toSorted(), ['/in-one', '/in-pieces'])
  await once(slow, 'close')
  t.ok(read > length, 'its head, and all of its body')
})

t.test('an answer that waits behind another one on its connection waits for no client', async t => {
  const limits = { slowReader: 2_000 }
  const held = Promise.withResolvers<ServerResponse>()
  const { proxy } = await startRig(
    t,
    ({ url }, response) => {
      if (url === '/held') held.resolve(response)
      else response.end('x'.repeat(url === '/long' ? 1_000_000 : 10))
    },
    { limits },
  )
  const socket = await dial(proxy.url)
  for (const path of ['held', 'long', 'short'])
    socket.write(`GET /${path} HTTP/1.1\r\nHost: a\r\n${path === 'short' ? 'Connection: close\r\n' : ''}\r\n`)
  let read = 0
  socket.on('data', bytes => {
    read += bytes.length
  })
  const answer = await held.promise
  await delay(1.5 * limits.slowReader)
  answer.end()
  await once(socket, 'close')
  t.ok(read > 1_000_010, `${read} bytes have come`)
})

t.test(
  'a client that is gone while nothing of its answer was taken leaves the upstream to others',
  async t => {
    const { proxy } = await startRig(t, (request, response) =>
      response.end(request.url === '/long' ? Buffer.alloc(20_000_000) : 'answered'),
    )
    for (let time = 0; time < 5; time++) {
      const socket = await dial(proxy.url)
      socket.pause()
      socket.write('GET /long HTTP/1.1\r\nHost: a\r\n\r\n')
      const answers = await Promise.all([fetch(proxy.url), fetch(proxy.url)])
      socket.destroy()
      for (const answer of answers) t.equal(await answer.text(), 'answered')
    }
  },
)
