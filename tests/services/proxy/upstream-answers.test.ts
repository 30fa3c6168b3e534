import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { ProxyDependencies } from '../../../services/proxy/proxy.ts'
import { until } from '../api/until.ts'
import { dial, exchange, startRig } from './rig.ts'

/** What an upstream says, byte for byte, and what the client gets of it. */

const ask = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

async function startRaw(
  t: Test,
  say: (socket: Socket, asked: string, count: number) => void,
  options: Partial<ProxyDependencies> = {},
) {
  const seen: string[] = []
  const server = createServer(socket => {
    socket.on('error', () => {})
    let count = 0
    socket.on('data', chunk => {
      seen.push(chunk.toString('latin1'))
      say(socket, chunk.toString('latin1'), ++count)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { proxy } = await startRig(t, () => {}, {
    upstream: `http://127.0.0.1:${address.port}`,
    ...options,
  })
  return { url: proxy.url, proxy, seen, server }
}

const ok = 'HTTP/1.1 200 OK\r\n'
const cases: Record<string, [said: string, got: RegExp]> = {
  'a length': [
    `${ok}Content-Length: 2\r\n\r\nhi`,
    /^HTTP\/1\.1 200 OK\r\nContent-Length: 2\r\n.*\r\n\r\nhi$/s,
  ],
  'until it closes': [`${ok}\r\nhi`, /^HTTP\/1\.1 200 .*\r\n\r\n2\r\nhi\r\n0\r\n\r\n$/s],
  'HTTP/1.0': ['HTTP/1.0 200 OK\r\n\r\nhi', /^HTTP\/1\.1 200 .*hi/s],
  'chunks with extensions': [
    `${ok}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\n\r\n`,
    /^HTTP\/1\.1 200 .*\r\n\r\n2\r\nhi\r\n0\r\n\r\n$/s,
  ],
  'a status without words': ['HTTP/1.1 299\r\nContent-Length: 0\r\n\r\n', /^HTTP\/1\.1 299 /],
  'no content': [
    'HTTP/1.1 204 No Content\r\nETag: "x"\r\n\r\n',
    /^HTTP\/1\.1 204 No Content\r\nETag: "x"\r\n/,
  ],
  'no HTTP': ['hello\r\n\r\n', /^HTTP\/1\.1 502 .*"upstream_failed"/s],
  'HTTP/2 by itself': ['HTTP/2 200 OK\r\n\r\n', /^HTTP\/1\.1 502 /],
  'two lengths': [`${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, /^HTTP\/1\.1 502 /],
  'a length with a sign': [`${ok}Content-Length: +2\r\n\r\nab`, /^HTTP\/1\.1 502 /],
  'a length and chunks': [
    `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    /^HTTP\/1\.1 502 /,
  ],
  'another coding': [`${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, /^HTTP\/1\.1 502 /],
  'a folded line': [`${ok}X-One: 1\r\n  2\r\nContent-Length: 0\r\n\r\n`, /^HTTP\/1\.1 502 /],
  'a space before the colon': [`${ok}Content-Length : 2\r\n\r\nab`, /^HTTP\/1\.1 502 /],
  'bare line feeds': ['HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n', /^HTTP\/1\.1 502 /],
  'a bare carriage return': [`${ok}X: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n`, /^HTTP\/1\.1 502 /],
  'an upgrade nobody asked for': ['HTTP/1.1 101 Yes\r\nUpgrade: x\r\n\r\n', /^HTTP\/1\.1 502 /],
  'headers of 1 MB': [`${ok}X: ${'x'.repeat(1_000_000)}\r\n\r\n`, /^HTTP\/1\.1 502 /],
  'half a head': [`${ok}Content-`, /^HTTP\/1\.1 502 /],
  nothing: ['', /^HTTP\/1\.1 503 .*"upstream_unavailable"/s],
}

for (const [name, [said, got]] of Object.entries(cases))
  t.test(`an upstream says ${name}`, async t => {
    const { url } = await startRaw(t, socket => socket.end(said))
    const answer = await exchange(url, ask)
    t.match(answer, got)
    t.notMatch(answer, /127\.0\.0\.1|localhost/)
  })

for (const [name, said] of Object.entries({
  'half a length': `${ok}Content-Length: 20\r\n\r\nhalf`,
  'half a chunk': `${ok}Transfer-Encoding: chunked\r\n\r\n20\r\nhalf`,
  'chunks without the last': `${ok}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`,
  'a chunk that is longer than its size': `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhalf\r\n0\r\n\r\n`,
  'a size in no hexadecimals': `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nha\r\n0x2\r\nlf\r\n0\r\n\r\n`,
  'bare line feeds between chunks': `${ok}Transfer-Encoding: chunked\r\n\r\n4\nhalf\n0\n\n`,
}))
  t.test(`an upstream sends ${name}: the client sees that it is not whole`, async t => {
    const { url } = await startRaw(t, socket => {
      socket.write(said)
      setImmediate(() => socket.end())
    })
    const answer = await exchange(url, ask)
    t.match(answer, /^HTTP\/1\.1 (?:200|502) /)
    t.notMatch(answer, /0\r\n\r\n$/)
  })

t.test('an upstream that says nothing is given up, one that drips as well', async t => {
  const drip = async (socket: Socket) => {
    for (const letter of `${ok}X: ${'x'.repeat(1_000)}`) {
      if (socket.destroyed) return
      socket.write(letter)
      await delay(20)
    }
  }
  for (const say of [() => {}, (socket: Socket) => void drip(socket)]) {
    const { url } = await startRaw(t, say, { limits: { answer: 100 } })
    t.match(await exchange(url, ask), /^HTTP\/1\.1 504 .*"upstream_timeout"/s)
  }
})

t.test('an answer in single bytes is the same', async t => {
  const { url } = await startRaw(t, async socket => {
    for (const letter of `${ok}Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nhi\r\n3;x\r\nyou\r\n0\r\nX: y\r\n\r\n`) {
      socket.write(letter)
      await new Promise(resolve => setImmediate(resolve))
    }
  })
  const [, body = ''] = (await exchange(url, ask)).split('\r\n\r\n', 2)
  t.equal(body.replaceAll(/[\da-f]+\r\n|\r\n/g, ''), 'hiyou0')
})

t.test('trailers reach who takes them', async t => {
  const { url, seen } = await startRaw(t, socket =>
    socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n`),
  )
  const taken = await exchange(
    url,
    'GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close, TE\r\n\r\n',
  )
  t.match(taken, /2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n$/)
  t.match(seen[0], /\r\nTE: trailers\r\nConnection: TE\r\n/)
  t.match(await exchange(url, ask), /2\r\nhi\r\n0\r\n\r\n$/)
  t.notMatch(seen[1], /\r\nTE:/)
})

t.test('what is said before the answer reaches the client, hints among it', async t => {
  const { url } = await startRaw(t, socket =>
    socket.write(
      `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    ),
  )
  t.match(
    await exchange(url, ask),
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n.*hi$/s,
  )
  t.match(await exchange(url, 'GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /, 'but no client of HTTP/1.0')
})

t.test('whether a body is wanted is for the upstream to say', async t => {
  const { url, seen } = await startRaw(t, (socket, asked, count) => {
    if (/^POST \/no/.test(asked)) socket.write('HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n')
    else if (count === 1) socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    else socket.write(`${ok}Content-Length: 0\r\n\r\n`)
  })
  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n`
  const asking = await dial(url)
  let answer = ''
  asking.on('data', chunk => {
    answer += chunk
  })
  asking.write(head('/yes'))
  await until(() => answer === 'HTTP/1.1 100 Continue\r\n\r\n', 'it is asked on')
  t.notMatch(seen.join(''), 'body', 'nothing was sent before')
  asking.write('body')
  await until(() => answer.includes('HTTP/1.1 200 OK'), 'and answered')
  t.match(seen.join(''), /Expect: 100-continue.*body$/s)
  asking.destroy()
  const refused = await dial(url)
  refused.write(head('/no'))
  const [first] = await once(refused, 'data')
  t.match(`${first}`, /^HTTP\/1\.1 413 No/)
  refused.destroy()
})

t.test('a kept connection that has closed meanwhile costs no request', async t => {
  const opened = new Set<Socket>()
  const { url, seen } = await startRaw(t, (socket, _, count) => {
    opened.add(socket)
    if (count === 1) socket.write(`${ok}Content-Length: 2\r\n\r\nhi`)
    else socket.destroy() // as if it had gone just before it was asked
  })
  t.match(await exchange(url, ask), /hi$/)
  t.match(await exchange(url, ask), /hi$/)
  t.equal(seen.length, 3)
  t.equal(opened.size, 2)
  const post = ask.replace('GET', 'POST')
  t.match(await exchange(url, post), /^HTTP\/1\.1 503 /, 'but nothing is done twice')
})

t.test('what an upstream says beyond its answer is nobody’s', async t => {
  const { url } = await startRaw(t, socket =>
    socket.write(`${ok}Content-Length: 2\r\n\r\nhi${ok}Content-Length: 4\r\n\r\nevil`),
  )
  for (let time = 0; time < 3; time++) t.notMatch(await exchange(url, ask), 'evil')
})

t.test('1 GB is neither held nor read faster than it is taken', async t => {
  let written = 0
  const chunk = Buffer.alloc(1_000_000)
  const { url } = await startRaw(t, socket => {
    socket.write(`${ok}Content-Length: 1000000000\r\n\r\n`)
    const more = () => {
      while (written < 1_000) {
        written++
        if (!socket.write(chunk)) return
      }
    }
    socket.on('drain', more)
    more()
  })
  const socket = await dial(url)
  socket.pause()
  socket.write(ask)
  let before = -1
  await until(async () => {
    const still = written === before && written > 0
    before = written
    await delay(100)
    return still
  }, 'the upstream is held back')
  t.ok(written < 50, `${written} MB are on their way`)
  socket.destroy()
})
