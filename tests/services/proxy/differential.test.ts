import { createHash } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { request } from 'undici'
import { exchange, startRig } from './rig.ts'

/** Tells what arrived: the request, whole, as the body of the answer. */
const echo: RequestListener = (incoming, response) => {
  const hash = createHash('sha256')
  let bytes = 0
  incoming.on('data', chunk => {
    hash.update(chunk)
    bytes += chunk.length
  })
  incoming.on('end', () => {
    const { method, url, rawHeaders } = incoming
    const body = JSON.stringify({ method, url, rawHeaders, bytes, sha256: hash.digest('hex') })
    response
      .writeHead(207, 'Many Things', [
        ['X-Answer', 'one'],
        ['x-answer', 'two'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['X-Latin', 'caf\u00e9'],
      ])
      .end(method === 'HEAD' ? undefined : body)
  })
}

const body = (length: number) => Buffer.alloc(length, 'The quick brown fox. ')
const withBody = (head: string, content: Buffer) =>
  Buffer.concat([Buffer.from(`${head}Content-Length: ${content.length}\r\n\r\n`), content])
const chunked = (head: string, ...parts: string[]) =>
  `${head}Transfer-Encoding: chunked\r\n\r\n${[...parts, '']
    .map(part => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`)
    .join('')}`

const line = (first: string, ...headers: string[]) =>
  `${[`${first} HTTP/1.1`, 'Host: example.org:1234', 'Connection: close', ...headers].join('\r\n')}\r\n`

const requests: Record<string, string | Buffer> = {
  'a plain GET': `${line('GET /')}\r\n`,
  'a query, left as it is': `${line('GET /a%2Fb/../c?x=1&x=2&y=%20+%zz;#')}\r\n`,
  'two slashes': `${line('GET //host/path')}\r\n`,
  'a HEAD': `${line('HEAD /healthy')}\r\n`,
  'a DELETE': `${line('DELETE /things/1')}\r\n`,
  'an OPTIONS': `${line('OPTIONS /things', 'Origin: http://elsewhere.example')}\r\n`,
  'repeated and odd headers': `${line('GET /', 'X-One: 1', 'x-one: 2', 'X-Empty:', 'COOKIE: a=b; c=d', 'Accept: */*')}\r\n`,
  'a POST': withBody(line('POST /things', 'Content-Type: application/json'), body(100)),
  'an empty POST': `${line('POST /things', 'Content-Length: 0')}\r\n`,
  'a POST without any length': `${line('POST /things')}\r\n`,
  'a PUT of 2 MB': withBody(line('PUT /things/1'), body(2_000_000)),
  'a PATCH in chunks': chunked(line('PATCH /things/1'), 'one', 'two and more', 'é'),
  'a POST in no chunk': chunked(line('POST /things')),
  'a DELETE with a body': withBody(line('DELETE /things/1'), body(10)),
  'a GET with a body': withBody(line('GET /things/1'), body(10)),
  'a POST that expects to be asked on': withBody(line('POST /things', 'Expect: 100-continue'), body(10)),
}

const documented =
  /^(?:x-forwarded-|x-debug-server-proxy$|forwarded$|connection$|transfer-encoding$|content-length$|expect$|keep-alive$|date$)/i

const visible = (raw: string[]) =>
  raw.flatMap((name, index) =>
    index % 2 === 0 && !documented.test(name) ? [`${name.toLowerCase()}: ${raw[index + 1]}`] : [],
  )

/** An answer in its parts: the status line, its headers but those that a proxy may change, and what the upstream saw. */
function parse(answer: string) {
  const interim = /^HTTP\/1\.1 100 [^\r]*\r\n\r\n/
  const [head = '', ...rest] = answer.replace(interim, '').split('\r\n\r\n')
  const [status, ...headers] = head.split('\r\n')
  const raw = headers.flatMap(header => [
    header.slice(0, header.indexOf(':')),
    header.slice(header.indexOf(':') + 2),
  ])
  const text = rest.join('\r\n\r\n')
  const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  const seen = json === '' ? undefined : JSON.parse(json)
  return {
    status,
    headers: visible(raw),
    seen: seen && { ...seen, rawHeaders: visible(seen.rawHeaders).sort() },
  }
}

t.test('a request arrives through the proxy as it does directly, and so does the answer', async t => {
  const { proxy, direct } = await startRig(t, echo)
  for (const [name, text] of Object.entries(requests)) {
    const through = parse(await exchange(proxy.url, text))
    t.same(through, parse(await exchange(direct, text)), name)
    t.equal(through.status, 'HTTP/1.1 207 Many Things')
  }
})

t.test('many requests at once on kept connections do not get mixed up', async t => {
  const { proxy } = await startRig(t, echo)
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const answer = await request(`${proxy.url}/${index}`, {
        method: 'POST',
        body: `${index}`.repeat(index),
      })
      return answer.body.json()
    }),
  )
  answers.forEach((answer, index) => {
    t.match(answer, { url: `/${index}`, bytes: `${index}`.repeat(index).length })
  })
})

t.test('a compressed answer stays as it is', async t => {
  const { proxy } = await startRig(t, (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello')),
  )
  const answer = await request(proxy.url)
  t.equal(answer.headers['content-encoding'], 'gzip')
  t.equal(gunzipSync(Buffer.from(await answer.body.arrayBuffer())).toString(), 'hello')
})

t.test('204 and 304 have no body', async t => {
  const { proxy } = await startRig(t, (incoming, response) =>
    response.writeHead(Number(incoming.url?.slice(1)), { etag: '"x"' }).end(),
  )
  for (const status of [204, 304]) {
    const answer = await request(`${proxy.url}/${status}`)
    t.equal(answer.statusCode, status)
    t.equal(answer.headers.etag, '"x"')
    t.equal(await answer.body.text(), '')
  }
})

t.test('the whole address in the request line names path and host', async t => {
  const { proxy } = await startRig(t, echo)
  const { seen } = parse(
    await exchange(
      proxy.url,
      'GET http://other.example/x?y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ),
  )
  t.match(seen, { method: 'GET', url: '/x?y' })
})
