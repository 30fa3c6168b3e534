import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants } from 'node:http2'
import { promisify } from 'node:util'
import t from 'tap'
import { sessionId } from '../../../../services/contract/ids.ts'
import type { AppRequest } from '../../../../services/proxy/apps/session-apps.ts'
import { until } from '../../../until.ts'
import { http2Rig } from './rig.ts'

t.setTimeout(120_000)

t.test('a request and its answer are what they would be over HTTP/1.1', async t => {
  const rig = await http2Rig(t, async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { method, url, headers } = request
    response.writeHead(203, 'other words', [
      ...['Content-Type', 'application/json', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
      ...['Connection', 'keep-alive, x-hop', 'X-Hop', '1', 'X-Kept', 'caf\xe9'],
    ])
    response.end(JSON.stringify({ method, url, headers, body }))
  })
  const { status, headers, text } = await rig.send({
    ...{ ':path': '/a?b=c', cookie: ['a=1', 'b=2'], 'x-a': 'caf\xe9', 'x-forwarded-for': '6.6.6.6' },
  })
  t.equal(status, 203)
  t.match(headers, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'], 'x-kept': 'caf\xe9' })
  for (const name of ['connection', 'x-hop', 'keep-alive', 'transfer-encoding'])
    t.notOk(name in headers, name)
  t.match(JSON.parse(text), {
    ...{ method: 'GET', url: '/a?b=c', body: '' },
    headers: {
      ...{ host: `localhost:${rig.port}`, cookie: 'a=1; b=2', 'x-a': 'caf\xe9' },
      ...{ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' },
    },
  })
  t.notMatch(text, '"transfer-encoding"', 'no body is no body')
  const post = { ':path': '/', ':method': 'POST' }
  t.match(JSON.parse((await rig.send({ ...post, 'content-length': 5 }, 'hello')).text), {
    ...{ body: 'hello', headers: { 'content-length': '5', 'transfer-encoding': undefined } },
  })
  t.match(JSON.parse((await rig.send(post, 'hello')).text), {
    ...{ body: 'hello', headers: { 'transfer-encoding': 'chunked' } },
  })
  t.match(await rig.send({ ':path': '/', ':method': 'HEAD' }), { status: 203, text: '' })
  t.match(await rig.send({ ':path': '/healthz' }), { status: 200, text: /"service":"proxy"/ })
  t.match(await rig.send({ ':path': '/healthz', ':method': 'PUT' }), {
    status: 405,
    text: /method_not_allowed/,
  })
  t.match(
    await rig.send({ ':path': '/', ':method': 'CONNECT', ':authority': 'x:1' }).catch(() => 'refused'),
    'refused',
  )
  t.match(await rig.send({ ':path': '/', ':authority': 'localhost', host: 'elsewhere' }), {
    status: 400,
    text: /one host/,
  })
})

t.test('what is said before and behind an answer passes, and events as they come', async t => {
  let stream: ServerResponse | undefined
  const rig = await http2Rig(t, (request, response) => {
    if (request.url === '/events') {
      stream = response
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    } else if (request.url === '/trailers') {
      response.writeHead(200, { trailer: 'x-sum' }).write('hi')
      response.addTrailers([['x-sum', '7']])
      response.end()
    } else {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.end('hi')
    }
  })
  t.match(await rig.send({ ':path': '/trailers', te: 'trailers' }), {
    text: 'hi',
    trailers: { 'x-sum': '7' },
  })
  const hinted = rig.client.request({ ':path': '/' })
  const [hint] = await once(hinted, 'headers')
  t.match(hint, { ':status': 103, link: '</a.css>; rel=preload' })
  hinted.close()
  const events = rig.client.request({ ':path': '/events' }).setEncoding('utf8')
  const [told] = await once(events, 'response')
  t.match(told, { 'x-accel-buffering': 'no' })
  t.equal((await once(events, 'data'))[0], 'data: 1\n\n')
  stream?.write('data: 2\n\n')
  t.equal((await once(events, 'data'))[0], 'data: 2\n\n')
  const gone = once(stream ?? rig.upstream, 'close')
  events.close(constants.NGHTTP2_CANCEL)
  await gone
  t.pass('and the service hears that its client has gone')
})

t.test('what a service says that HTTP/2 has no words for ends that answer at the most', async t => {
  const heads: Record<string, string> = {
    '/999': 'HTTP/1.1 999 Own\r\nContent-Length: 2',
    '/settings': 'HTTP/1.1 200 OK\r\nHTTP2-Settings: x\r\nTE: gzip\r\nContent-Length: 2',
    '/twice':
      'HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nETag: "1"\r\nETag: "2"\r\nContent-Length: 2',
    '/reset': 'HTTP/1.1 205 OK\r\nContent-Length: 2',
    '/lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2',
    '/bytes': 'HTTP/1.1 200 OK\r\nX-A: \xff\xfe\x80\r\nX-B:\r\nContent-Length: 2',
  }
  const rig = await http2Rig(t, request => {
    request.socket.end(Buffer.from(`${heads[request.url ?? '']}\r\n\r\nhi`, 'latin1'))
  })
  const told = Object.keys(heads).map(async path =>
    rig.send({ ':path': path }).then(
      ({ status, text }) => `${path} ${status} ${text}`,
      () => `${path} reset`,
    ),
  )
  const trailing = await http2Rig(t, (_, response) => {
    response.writeHead(200, { trailer: 'http2-settings' }).write('hi')
    response.addTrailers([['http2-settings', 'x']])
    response.end()
  })
  t.match(await trailing.send({ ':path': '/', te: 'trailers' }), { status: 200, text: 'hi' })
  for (const one of await Promise.all(told)) t.match(one, / (?:reset|\d{3} (?:hi)?)$/, one)
  t.match(await rig.send({ ':path': '/settings' }), { status: 200, text: 'hi' })
  t.match(await rig.send({ ':path': '/twice' }), { status: 200, text: 'hi' })
})

t.test('a client that goes away ends its requests at the service, and others go on', async t => {
  const open = new Set<ServerResponse>()
  const rig = await http2Rig(t, (request, response) => {
    if (request.url === '/') return void response.end('fine')
    request.resume()
    open.add(response)
    response.once('close', () => open.delete(response))
  })
  const other = rig.session()
  const asked = ['/1', '/2'].map(path => other.request({ ':path': path }))
  const sending = other.request({ ':path': '/3', ':method': 'POST' })
  sending.write('some of it')
  const head = other.request({ ':path': '/4', ':method': 'HEAD' })
  for (const one of [...asked, sending, head]) one.on('error', () => {})
  await until('all are there', () => open.size === 4)
  head.close(constants.NGHTTP2_CANCEL)
  await until('one has ended', () => open.size === 3)
  other.destroy()
  await until('all have ended', () => open.size === 0)
  t.match(await rig.send({ ':path': '/' }), { status: 200 })
})

t.test('an answer looks like one of HTTP/1.1 once it is out, or its client has gone', async t => {
  const asked: AppRequest[] = []
  const gone: AppRequest[] = []
  const serve = async (request: AppRequest) => {
    asked.push(request)
    request.response.once('close', () => gone.push(request))
  }
  const rig = await http2Rig(t, () => {}, { apps: { serve, stop: () => undefined } })
  for (const method of ['GET', 'HEAD'])
    for (const isAnswered of [true, false]) {
      const asking = rig.client.request({
        ...{ ':path': `/sessions/${sessionId.create()}/files/`, ':method': method },
      })
      asking.on('error', () => {}).resume()
      const { response } = await until('it has arrived', () => asked.shift())
      t.match(response, { closed: false, destroyed: false, writableFinished: false })
      if (isAnswered) response.writeHead(200).end('x')
      else asking.close(constants.NGHTTP2_CANCEL)
      await until('it is over', () => gone.shift())
      t.match(response, { closed: true, destroyed: true, writableFinished: isAnswered }, method)
      // What a service says meanwhile is for nobody, and no mistake.
      response.writeContinue()
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    }
})

t.test('neither side is read faster than the other takes, and nobody else waits for that', async t => {
  const block = Buffer.alloc(65_536)
  const flowed = { out: 0, in: 0 }
  let left = 0
  let unread: IncomingMessage | undefined
  const rig = await http2Rig(t, (request, response) => {
    response.once('close', () => {
      left += 1
    })
    if (request.url === '/out') {
      const more = () => {
        while (!response.destroyed && flowed.out < 1_000 * block.length) {
          flowed.out += block.length
          if (!response.write(block)) return void response.once('drain', more)
        }
      }
      more()
    } else if (request.url === '/in')
      request.once('data', part => {
        flowed.in += part.length
        unread = request.pause()
      })
    else response.end('fine')
  })
  const slow = rig.client.request({ ':path': '/out' })
  slow.on('error', () => {})
  await once(slow, 'response')
  const upload = rig.client.request({ ':path': '/in', ':method': 'POST' }, { endStream: false })
  upload.on('error', () => {})
  let [taken, isFull] = [0, false]
  while (!isFull && taken < 1_000 * block.length) {
    taken += block.length
    isFull = !upload.write(block) && !(await Promise.race([once(upload, 'drain'), settled(flowed)]))
  }
  t.ok(isFull, `${taken} bytes are taken of an upload that nobody reads`)
  await settled(flowed)
  t.ok(flowed.out < 64 * 1_048_576, `${flowed.out} bytes are made of an answer that nobody reads`)
  t.match(await rig.send({ ':path': '/' }), { status: 200, text: 'fine' })
  left = 0
  for (const one of [slow, upload]) one.close(constants.NGHTTP2_CANCEL)
  // Who reads nothing hears of nothing.
  unread?.resume()
  await until('both have ended at the service', () => left === 2)
})

t.test('an answer of which nothing is taken is cut, and the connection goes on', async t => {
  let isCut = false
  const rig = await http2Rig(
    t,
    (request, response) => {
      if (request.url === '/') return void response.end('fine')
      response.once('close', () => {
        isCut = true
      })
      response.write(Buffer.alloc(50_000_000))
    },
    { limits: { slowReader: 2_000 } },
  )
  const slow = rig.client.request({ ':path': '/long' })
  await once(slow, 'response')
  const ended = once(slow, 'error')
  await until('the service is let go of', () => isCut)
  t.match(await rig.send({ ':path': '/' }), { status: 200, text: 'fine' })
  slow.resume()
  t.match(await ended, [{ code: 'ERR_HTTP2_STREAM_ERROR' }])
})

t.test('who leaves no room for any answer holds no places of others', async t => {
  const rig = await http2Rig(t, (_, response) => void response.end('fine'), {
    connections: 2,
    limits: { slowReader: 2_000 },
  })
  const greedy = rig.session({ initialWindowSize: 0 })
  const asked = ['/healthz', '/'].map(path => greedy.request({ ':path': path }))
  const told = asked.map(stream => once(stream, 'response'))
  const ended = asked.map(stream => once(stream, 'error'))
  for (const answer of await Promise.all(told)) t.match(answer, [{ ':status': 200 }])
  t.match(await rig.send({ ':path': '/' }), { status: 200 }, 'one at a time goes on every connection')
  for (const end of await Promise.all(ended)) t.match(end, [{ code: 'ERR_HTTP2_STREAM_ERROR' }])
  t.match(await rig.send({ ':path': '/' }), { status: 200, text: 'fine' })
})

t.test('requests have a bound in all, and a deadline as a whole', async t => {
  const taken: ServerResponse[] = []
  const rig = await http2Rig(t, (_, response) => void taken.push(response), {
    connections: 3,
    // The first is how long shaking hands may take as well, and may be no longer than the second.
    limits: { head: 5_000, request: 5_000 },
  })
  const answers = [rig.client, rig.session(), rig.session()].map(by =>
    rig.send({ ':path': '/' }, undefined, by),
  )
  await until('all of them are asked', () => taken.length === 3)
  t.match(await rig.send({ ':path': '/' }), {
    status: 503,
    headers: { 'retry-after': '1' },
    text: /"code":"not_ready"/,
  })
  for (const response of taken.splice(0)) response.end('answered')
  for (const answer of await Promise.all(answers)) t.match(answer, { status: 200, text: 'answered' })
  const dripping = rig.client.request({ ':path': '/', ':method': 'POST' }, { endStream: false })
  const drip = setInterval(() => dripping.write('.'), 20)
  t.teardown(() => clearInterval(drip))
  dripping.on('error', () => {})
  t.match(await once(dripping, 'response'), [{ ':status': 408 }])
  await until('the service does not wait for it', () => taken[0]?.closed === true)
})

/** Resolves to false once nothing flows any more. */
async function settled(flowed: { out: number; in: number }): Promise<false> {
  let before = -1
  let looks = 0
  return await until('nothing flows', () => {
    const now = flowed.out + flowed.in
    looks = now === before ? looks + 1 : 0
    before = now
    return looks > 10 ? ({ is: false } as const) : undefined
  }).then(() => false)
}

t.test('an answer that breaks off is seen to, and a body that is too large is answered', async t => {
  const rig = await http2Rig(
    t,
    (request, response) => {
      if (request.url === '/half') {
        response.writeHead(200).write('half')
        setImmediate(() => response.destroy())
      } else request.resume().once('end', () => response.end('whole'))
    },
    { bodyLimit: 100_000 },
  )
  await t.rejects(rig.send({ ':path': '/half' }), { message: /INTERNAL_ERROR/ })
  const post = { ':path': '/', ':method': 'POST' }
  const large = Buffer.alloc(5_000_000)
  t.match(await rig.send({ ...post, 'content-length': large.length }, large), {
    status: 413,
    text: /body_too_large/,
  })
  t.match(await rig.send(post, large), { status: 413 })
  t.match(
    await rig.send(post, Buffer.alloc(90_000)),
    { status: 200, text: 'whole' },
    'on the same connection',
  )
})

t.test('a connection on which something is answered is not idle, however many ask', async t => {
  let stream: ServerResponse | undefined
  const rig = await http2Rig(
    t,
    (request, response) => {
      if (request.url === '/') return void response.end('fine')
      stream = response
      response.writeHead(200).flushHeaders()
    },
    { connections: 2 },
  )
  const followed = rig.client.request({ ':path': '/follow' })
  await once(followed, 'response')
  t.match(await rig.send({ ':path': '/' }), { status: 200 }, 'one that is over leaves the other')
  for (let turn = 0; turn < 4; turn += 1)
    t.match(await rig.send({ ':path': '/' }, undefined, rig.session()), { status: 200 })
  stream?.end('still here')
  t.equal(`${(await once(followed, 'data'))[0]}`, 'still here')
})

t.test('a stop lets what is asked be answered, and sends clients away', async t => {
  let stream: ServerResponse | undefined
  const rig = await http2Rig(t, (_, response) => {
    stream = response
    response.writeHead(200).flushHeaders()
  })
  const followed = rig.client.request({ ':path': '/' })
  await once(followed, 'response')
  const idle = rig.session()
  await once(idle, 'connect')
  const left = Promise.all([once(rig.client, 'goaway'), once(idle, 'close')])
  const stopped = rig.proxy[Symbol.asyncDispose]()
  await left
  stream?.end('the last of it')
  t.equal(`${(await once(followed, 'data'))[0]}`, 'the last of it')
  await stopped
})

t.test('who offers no HTTP/2 is served as before, and curl by both', async t => {
  const rig = await http2Rig(t, (request, response) => response.end(request.headers.host))
  const socket = rig.dialTls(['http/1.1'])
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  t.match(`${await once(socket, 'data')}`, 'HTTP/1.1 200')
  const curl = async (...options: string[]) => {
    const words = ['-s', '--cacert', rig.files.certificate, '-w', ' %{http_version} %{http_code}', ...options]
    return (await promisify(execFile)('curl', [...words, `https://localhost:${rig.port}/`])).stdout
  }
  t.equal(await curl('--http2'), `localhost:${rig.port} 2 200`)
  t.equal(await curl('--http1.1'), `localhost:${rig.port} 1.1 200`)
  t.equal(await curl('--http2', '-d', 'x'.repeat(100_000)), `localhost:${rig.port} 2 200`)
})
