import { createServer } from 'node:http'
import t from 'tap'
import { request } from 'undici'
import { problemSchema } from '../../../services/contract/problems.ts'
import { until } from '../api/until.ts'
import { dial, exchange, listen, startRig } from './rig.ts'

t.test('the proxy answers for itself at /healthz and for nobody else', async t => {
  const { proxy, instance } = await startRig(t, (incoming, response) =>
    response.end(`upstream ${incoming.url}`),
  )
  const own = await request(`${proxy.url}/healthz?x`)
  t.same(await own.body.json(), { status: 'ok', service: 'proxy', instance, version: '1.2.3' })
  t.equal((await request(`${proxy.url}/healthz`, { method: 'HEAD' })).statusCode, 200)
  const posted = await request(`${proxy.url}/healthz`, { method: 'POST', body: 'x' })
  t.equal(posted.statusCode, 405)
  t.equal(posted.headers.allow, 'GET, HEAD')
  t.match(await posted.body.json(), { code: 'method_not_allowed' })
  for (const path of ['/api/healthz', '/readyz', '/healthz/', '/'])
    t.equal(await (await request(`${proxy.url}${path}`)).body.text(), `upstream ${path}`)
})

t.test('a dead upstream is a problem to retry, without its address', async t => {
  const { proxy, direct, upstream } = await startRig(t, (_, response) => response.end())
  await new Promise(resolve => upstream.close(resolve))
  for (const method of ['GET', 'POST'] as const) {
    const answer = await request(`${proxy.url}/sessions`, {
      method,
      body: method === 'POST' ? 'x'.repeat(100_000) : null,
    })
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['content-type'], 'application/problem+json')
    t.ok(Number(answer.headers['retry-after']) > 0)
    const text = await answer.body.text()
    t.equal(problemSchema.strict().parse(JSON.parse(text)).code, 'upstream_unavailable')
    t.notMatch(text, new URL(direct).port)
    t.notMatch(text, /127\.0\.0\.1|ECONN/)
  }
  t.equal((await request(`${proxy.url}/healthz`)).statusCode, 200, 'the proxy itself is well')
})

t.test('an upstream that comes back is found again', async t => {
  const { proxy, direct, upstream } = await startRig(t, (_, response) => response.end('first'))
  t.equal(await (await request(proxy.url)).body.text(), 'first')
  upstream.closeAllConnections()
  await new Promise(resolve => upstream.close(resolve))
  t.equal((await request(proxy.url)).statusCode, 503)
  const successor = createServer((_, response) => response.end('second'))
  await listen(successor, Number(new URL(direct).port))
  t.teardown(() => successor.close())
  await until(async () => {
    const answer = await request(proxy.url)
    return (await answer.body.text()) === 'second'
  }, 'the successor answers')
})

t.test('an answer that breaks off upstream breaks off here', async t => {
  const { proxy } = await startRig(t, (_, response) => {
    response.write('half')
    setImmediate(() => response.destroy())
  })
  const answer = await request(proxy.url)
  await t.rejects(answer.body.text())
})

t.test('an answer streams: what is written is read before the end', async t => {
  let finish = () => {}
  const { proxy } = await startRig(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders()
    finish = () => response.end('end')
    setImmediate(() => response.write('begin'))
  })
  const answer = await request(proxy.url)
  const chunks = answer.body[Symbol.asyncIterator]()
  t.equal(`${(await chunks.next()).value}`, 'begin')
  finish()
  t.equal(`${(await chunks.next()).value}`, 'end')
  t.ok((await chunks.next()).done)
})

t.test('a request streams: the upstream reads before the client has ended', async t => {
  const seen: string[] = []
  const { proxy } = await startRig(t, (incoming, response) => {
    incoming.on('data', chunk => seen.push(`${chunk}`))
    incoming.on('end', () => response.end(seen.join('')))
  })
  const socket = await dial(proxy.url)
  socket.write(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\none\r\n',
  )
  await until(() => seen.join('') === 'one', 'the first chunk is upstream')
  let answer = ''
  socket.on('data', chunk => {
    answer += chunk
  })
  socket.write('3\r\ntwo\r\n0\r\n\r\n')
  await until(() => answer.includes('onetwo'), 'the answer is here')
  socket.destroy()
})

t.test('a slow reader slows the upstream down and fills no memory', async t => {
  let written = 0
  const { proxy } = await startRig(t, (_, response) => {
    const more = () => {
      while (written < 500_000_000) {
        written += 65_536
        if (!response.write(Buffer.alloc(65_536))) return
      }
      response.end()
    }
    response.on('drain', more)
    more()
  })
  const socket = await dial(proxy.url)
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  let before = -1
  await until(async () => {
    const still = written === before && written > 0
    before = written
    await new Promise(resolve => setTimeout(resolve, 100))
    return still
  }, 'the upstream is held back')
  t.ok(written < 50_000_000, `${written} bytes are on their way`)
  socket.destroy()
})

t.test('a client that goes away ends the request upstream', async t => {
  let arrived = 0
  let closed = 0
  const { proxy } = await startRig(t, (incoming, response) => {
    arrived++
    response.on('close', () => closed++)
    if (incoming.url === '/begun') response.write('x')
  })
  for (const path of ['/silent', '/begun']) {
    const socket = await dial(proxy.url)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    const before = closed
    await until(() => arrived > before, 'the request has arrived')
    socket.destroy()
    await until(() => closed > before, 'it was aborted')
  }
  t.equal(closed, 2)
})

t.test('an early answer to a long upload reaches the client', async t => {
  const { proxy } = await startRig(t, (_, response) =>
    response.writeHead(413, { connection: 'close' }).end('too large'),
  )
  const socket = await dial(proxy.url)
  let answer = ''
  socket.on('error', () => {})
  socket.on('data', chunk => {
    answer += chunk
  })
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nx')
  await until(() => answer.includes('too large'), 'the answer is here')
  t.match(answer, /^HTTP\/1\.1 413 /)
  socket.destroy()
})

const refused = {
  'no HTTP': 'hello\r\n\r\n',
  'an asterisk': 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'two lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'a length and chunks':
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'another coding':
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
  'two hosts': 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
}
t.test('what could be read in two ways is refused before the upstream', async t => {
  let reached = 0
  const { proxy } = await startRig(t, (_, response) => {
    reached++
    response.end()
  })
  for (const [name, text] of Object.entries(refused)) {
    const answer = await exchange(proxy.url, text)
    t.match(answer, /^HTTP\/1\.1 400 /, name)
    t.match(answer, /"code":"invalid_input"/, name)
  }
  const endless = await exchange(proxy.url, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)
  t.match(endless, /^HTTP\/1\.1 431 .*"code":"headers_too_large"/s)
  t.equal(reached, 0)
})

t.test('a port that is taken is named', async t => {
  const { proxy } = await startRig(t, (_, response) => response.end())
  const port = Number(new URL(proxy.url).port)
  await t.rejects(
    startRig(t, () => {}, { listen: { host: '127.0.0.1', port } }),
    { message: new RegExp(`${port}`) },
  )
})

t.test('a stop finishes what is in progress and takes nothing new', async t => {
  let finish = () => {}
  const { proxy } = await startRig(t, (_, response) => {
    response.write('begin ')
    finish = () => response.end('end')
  })
  const answer = await request(proxy.url)
  const stopped = proxy[Symbol.asyncDispose]()
  await t.rejects(dial(proxy.url))
  finish()
  t.equal(await answer.body.text(), 'begin end')
  await stopped
})

t.test(
  'one that has a successor answers what it has begun; what is followed it does not wait for',
  async t => {
    const finish: (() => void)[] = []
    const { proxy } = await startRig(t, ({ url }, response) => {
      if (url === '/call') finish.push(() => response.end('it has stopped'))
      else if (url === '/log') response.writeHead(200, { 'x-accel-buffering': 'no' }).write('line 1')
      else if (url === '/events') response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':')
      else {
        response.writeHead(200, { 'x-accel-buffering': 'no', 'content-length': '12' }).write('begin ')
        finish.push(() => response.end('finish'))
      }
    })
    const call = request(`${proxy.url}/call`)
    const followed = await Promise.all(['/log', '/events'].map(path => request(proxy.url + path)))
    const whole = await request(`${proxy.url}/whole`)
    await until(() => finish.length === 2, 'all are asked')
    t.equal(proxy.underWay(), 2)
    const left = proxy.leave()
    await t.rejects(dial(proxy.url))
    for (const one of finish) one()
    t.equal(await (await call).body.text(), 'it has stopped')
    t.equal(await whole.body.text(), 'begin finish')
    await until(() => proxy.underWay() === 0, 'nothing is waited for')
    await left
    const began = performance.now()
    const cut = followed.map(({ body }) => t.rejects(body.text(), 'it is not taken for whole'))
    await Promise.all([proxy[Symbol.asyncDispose](), ...cut])
    t.ok(performance.now() - began < 4_000, 'well before it would be cut')
  },
)

t.test('a stop cuts what does not end', async t => {
  const { proxy } = await startRig(t, (_, response) => response.write('begin '), { limits: { stop: 50 } })
  const answer = await request(proxy.url)
  await proxy[Symbol.asyncDispose]()
  await t.rejects(answer.body.text())
})

t.test('a stop does not wait for a connection that asks nothing', async t => {
  const { proxy } = await startRig(t, (_, response) => response.end())
  const socket = await dial(proxy.url)
  const closed = new Promise(resolve => socket.once('close', resolve))
  const started = performance.now()
  await proxy[Symbol.asyncDispose]()
  await closed
  t.ok(performance.now() - started < 4_000, 'well before it would be cut')
})
