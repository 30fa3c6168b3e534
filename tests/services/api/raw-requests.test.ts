import t from 'tap'
import { exchange } from './raw-request.ts'
import { type Rig, startRig } from './rig.ts'

/** Requests that no client library would send: what could smuggle another one in, or put a line into an answer. */

const rig = await startRig(t)
const bearer = `Authorization: Bearer ${rig.admin.secret}\r\n`
const ask = (...lines: string[]) => `${lines.join('\r\n')}\r\nHost: a\r\n${bearer}`
/** What a request smuggled in would do. */
const inner = `DELETE /tokens/${rig.bob.id} HTTP/1.1\r\nHost: a\r\n${bearer}\r\n`

/** The token that a smuggled request would have revoked is valid. */
const isUntouched = async ({ send }: Rig): Promise<boolean> =>
  (await send('/whoami', { token: rig.bob })).status === 200

t.test('a body that two lengths tell of is refused, and nothing in it is done', async t => {
  const post = ask('POST /users HTTP/1.1', 'Content-Type: application/json')
  const cases = {
    'two lengths': `${post}Content-Length: 2\r\nContent-Length: ${inner.length}\r\n\r\n{}${inner}`,
    'two in one': `${post}Content-Length: 2, ${inner.length}\r\n\r\n{}${inner}`,
    'length and chunks': `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    'chunks of another coding': `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`,
    'a hidden coding': `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
    'a space before the colon': `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
    'a folded header': `${post}X: a\r\n Content-Length: 2\r\n\r\n{}${inner}`,
    'a bare line feed': `${post}X: a\nContent-Length: 2\r\n\r\n{}${inner}`,
    'a bare carriage return': `${post}X: a\rContent-Length: 2\r\n\r\n{}${inner}`,
    'a length that is none': `${post}Content-Length: +2\r\n\r\n{}${inner}`,
    'a chunk of a size that is none': `${post}Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n${inner}`,
    'a NUL in a header': `${post}X: a\0b\r\nContent-Length: 2\r\n\r\n{}${inner}`,
  }
  for (const [what, bytes] of Object.entries(cases)) {
    const { statuses } = await exchange(rig, bytes)
    t.same(statuses, [400], what)
    t.ok(await isUntouched(rig), what)
  }
})

t.test(
  'junk that is pipelined behind a request ends the connection, and nothing behind it is done',
  async t => {
    const get = `${ask('GET /whoami HTTP/1.1')}\r\n`
    const { statuses } = await exchange(rig, `${get}junk\r\n\r\n${inner}`)
    t.equal(statuses.at(-1), 400)
    t.ok(await isUntouched(rig))
  },
)

t.test('forms of requests that HTTP knows and browsers do not', async t => {
  const close = 'Connection: close'
  const cases = [
    [`${ask('GET http://evil.example.org/whoami HTTP/1.1', close)}\r\n`, 200],
    [`${ask('GET /whoami HTTP/1.0')}\r\n`, 200],
    [`GET /healthz HTTP/1.0\r\n\r\n`, 200],
    [`GET /healthz HTTP/1.1\r\n${close}\r\n\r\n`, 400],
    [`${ask('TRACE /whoami HTTP/1.1', close)}\r\n`, 405],
    [`${ask('BREW /whoami HTTP/1.1', close)}\r\n`, 400],
    [`${ask('GET /whoami HTTP/3.0', close)}\r\n`, 400],
    [`${ask('GET whoami HTTP/1.1', close)}\r\n`, 400],
    [`${ask('OPTIONS * HTTP/1.1', close)}\r\n`, 404],
    [`${ask('POST /users HTTP/1.1', close, 'Expect: 200-maybe', 'Content-Length: 2')}\r\n{}`, 417],
  ] as const
  for (const [bytes, status] of cases)
    t.same((await exchange(rig, bytes)).statuses, [status], bytes.split('\r\n', 1)[0] ?? '')
  t.same(
    (await exchange(rig, `${ask('CONNECT evil.example.org:443 HTTP/1.1')}\r\n`)).statuses,
    [],
    'no tunnel',
  )
  const waits = ask('POST /users HTTP/1.1', close, 'Expect: 100-continue', 'Content-Type: application/json')
  const { statuses } = await exchange(rig, `${waits}Content-Length: 2\r\n\r\n{}`)
  t.same(statuses, [100, 400], 'is asked for what it has')
})

t.test('nothing of a request puts a line into the answer', async t => {
  await rig.repository()
  const { id } = await rig.session()
  const line = '%0d%0aSet-Cookie:%20auth_token=stolen'
  const targets = [
    `GET /sessions/${line} HTTP/1.1`,
    `GET /sessions/${id}?x=${line} HTTP/1.1`,
    `GET /${line} HTTP/1.1`,
    `GET /artifacts/${line}/download HTTP/1.1`,
    `DELETE /sessions/${line} HTTP/1.1`,
  ]
  for (const target of targets) {
    const { text } = await exchange(rig, `${ask(target, 'Connection: close', 'Origin: a%0d%0ab')}\r\n`)
    const [head = ''] = text.split('\r\n\r\n')
    t.notMatch(head, /^set-cookie/im, target)
    t.match(head, /^HTTP\/1\.1 4\d\d /, target)
  }
})
