import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import { queryObjects } from 'node:v8'
import t, { type Test } from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import { Connection } from '../../../services/proxy/upstream/connection.ts'
import { until } from '../api/until.ts'
import { dial, exchange, startRig as startProxyRig } from './rig.ts'

/** An upstream that sends back each message it is sent. */
async function startRig(t: Test) {
  const rig = await startProxyRig(t, (_, response) => response.writeHead(418).end('no'))
  const server = new WebSocketServer({ noServer: true })
  const sockets = new Set<Duplex>()
  const seen: IncomingHttpHeaders[] = []
  rig.upstream.on('upgrade', (incoming, socket, head) => {
    seen.push(incoming.headers)
    if (incoming.url === '/refused') {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nX-Why: y\r\nConnection: close\r\n\r\nnope')
      return
    }
    sockets.add(socket)
    server.handleUpgrade(incoming, socket, head, webSocket => {
      webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }))
      webSocket.on('close', code => seen.push({ closed: `${code}` }))
      if (incoming.url === '/bye') webSocket.close(4321, 'see you')
    })
  })
  const url = rig.proxy.url.replace('http', 'ws')
  return { ...rig, url, seen, sockets }
}

async function opened(url: string, ...rest: [string[]?, WebSocket.ClientOptions?]): Promise<WebSocket> {
  const socket = new WebSocket(url, ...rest)
  await once(socket, 'open')
  return socket
}

t.test('messages of every size and kind come back as they went', async t => {
  const { url } = await startRig(t)
  const socket = await opened(url, [], { perMessageDeflate: false })
  for (const size of [0, 1, 125, 126, 65_535, 65_536, 3_000_000]) {
    const data = randomBytes(size)
    socket.send(data)
    const [back, isBinary] = await once(socket, 'message')
    t.ok(isBinary)
    t.ok(data.equals(back), `${size} bytes`)
  }
  socket.send('é')
  const [back, isBinary] = await once(socket, 'message')
  t.notOk(isBinary)
  t.equal(`${back}`, 'é')
  socket.close()
  await once(socket, 'close')
})

t.test('the handshake reaches the upstream, with where it comes from', async t => {
  const { url, seen } = await startRig(t)
  const socket = await opened(`${url}/x`, ['tty'], {
    headers: { authorization: 'Bearer x', 'x-forwarded-for': '6.6.6.6', host: 'example.org' },
  })
  t.equal(socket.protocol, 'tty')
  t.match(seen[0], {
    authorization: 'Bearer x',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': 'example.org',
    host: 'example.org',
    'sec-websocket-protocol': 'tty',
  })
  socket.close()
  await once(socket, 'close')
})

t.test('close codes pass, from either side', async t => {
  const { url, seen } = await startRig(t)
  const bye = new WebSocket(`${url}/bye`)
  const [code, reason] = await once(bye, 'close')
  t.equal(code, 4321)
  t.equal(`${reason}`, 'see you')
  const socket = await opened(url)
  socket.close(4007)
  await until(() => seen.some(({ closed }) => closed === '4007'), 'the upstream was told')
})

t.test('either side that vanishes takes the other with it', async t => {
  const { url, seen, sockets } = await startRig(t)
  const one = await opened(url)
  one.terminate()
  await until(() => seen.some(({ closed }) => closed === '1006'), 'the upstream has noticed')
  const two = await opened(url)
  const closed = once(two, 'close')
  for (const socket of sockets) socket.destroy()
  t.equal((await closed)[0], 1006)
})

t.test('a refusal of the upstream reaches the client whole', async t => {
  const { url } = await startRig(t)
  const socket = new WebSocket(`${url}/refused`)
  const [, answer] = await once(socket, 'unexpected-response')
  t.equal(answer.statusCode, 403)
  t.equal(answer.headers['x-why'], 'y')
  let text = ''
  for await (const chunk of answer) text += chunk
  t.equal(text, 'nope')
})

t.test('a dead upstream refuses the upgrade with a problem', async t => {
  const { url, upstream } = await startRig(t)
  await new Promise(resolve => upstream.close(resolve))
  const socket = new WebSocket(url)
  const [, answer] = await once(socket, 'unexpected-response')
  t.equal(answer.statusCode, 503)
  let text = ''
  for await (const chunk of answer) text += chunk
  t.match(JSON.parse(text), { code: 'upstream_unavailable' })
})

t.test('who breaks its connection off while it is refused an upgrade harms nobody', async t => {
  const { proxy } = await startProxyRig(t, (_, response) => response.end('served'), { hosts: [] })
  for (const host of ['elsewhere.example', 'localhost'])
    for (let time = 0; time < 20; time++) {
      const socket = await dial(proxy.url)
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
      socket.resetAndDestroy()
      await once(socket, 'close')
    }
  t.match(
    await exchange(proxy.url, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    /served$/,
  )
})

t.test('a request to upgrade to anything else is an ordinary one', async t => {
  const { proxy } = await startRig(t)
  const answer = await exchange(
    proxy.url,
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n',
  )
  t.match(answer, /^HTTP\/1\.1 418 /)
})

t.test('a stop tells every WebSocket that the proxy goes away', async t => {
  const { url, proxy } = await startRig(t)
  const sockets = await Promise.all([opened(url), opened(url)])
  const codes = Promise.all(sockets.map(async socket => (await once(socket, 'close'))[0]))
  await proxy[Symbol.asyncDispose]()
  t.same(await codes, [1001, 1001])
})

t.test('nothing is kept of one that is over', async t => {
  const { url } = await startRig(t)
  const kept = () => queryObjects(Connection, { format: 'count' })
  const before = kept()
  for (let nth = 0; nth < 5; nth++) {
    const socket = await opened(url)
    socket.close()
    await once(socket, 'close')
  }
  await until(() => kept() <= before, 'they are forgotten')
})
