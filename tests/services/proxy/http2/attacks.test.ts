import { once } from 'node:events'
import t from 'tap'
import { until } from '../../../until.ts'
import { asked, block, endHeaders, endStream, frame, RawClient } from './frames.ts'
import { http2Rig } from './rig.ts'

t.setTimeout(120_000)

const whole = endStream | endHeaders

t.test('what HTTP/1.1 could take for another request never gets there', async t => {
  const reached: string[] = []
  const rig = await http2Rig(t, (request, response) => {
    reached.push(`${request.method} ${request.url} ${request.headers.host}`)
    request.resume().once('end', () => response.end())
  })
  const refused = async (what: string, head: Buffer, more: Buffer[] = [], flags = whole) => {
    const raw = await RawClient.open(rig.dialTls())
    raw.send(frame('headers', flags, 1, head), ...more)
    const answer = await raw.answer(1)
    const is400 = typeof answer === 'object' && 'block' in answer && /400|\x8c/.test(answer.block)
    const isReset = answer === 'closed' || 'reset' in answer
    t.ok(isReset || is400, `${what}: ${JSON.stringify(answer)}`)
    raw.socket.destroy()
  }
  for (const name of ['connection', 'transfer-encoding', 'upgrade', 'keep-alive', 'proxy-connection'])
    await refused(name, asked('/', [[name, name === 'transfer-encoding' ? 'chunked' : 'close']]))
  await refused('te other than trailers', asked('/', [['te', 'gzip']]))
  await refused('names in capitals', asked('/', [['X-A', '1']]))
  await refused('a line end in the path', asked('/ HTTP/1.1\r\nx: y'))
  await refused('a space in the path', asked('/a b'))
  await refused('no path', asked(''))
  await refused('another form of target', asked('*'))
  await refused('a pseudo-header that is none', asked('/', [[':x', '1']]))
  await refused('a second path', asked('/', [[':path', '/b']]))
  await refused('a host beside another authority', asked('/', [['host', 'elsewhere']]))
  const spaced = block([
    [':method', 'GET /b'],
    [':scheme', 'https'],
    [':path', '/'],
    [':authority', 'localhost'],
  ])
  await refused('a space in the method', spaced)
  const [few, many] = [
    frame('data', endStream, 1, Buffer.from('ab')),
    frame('data', endStream, 1, Buffer.from('abcd')),
  ]
  t.same(reached, [])
  for (const data of [few, many])
    await refused('a body of another length', asked('/length', [['content-length', '3']]), [data], endHeaders)
  await refused(
    'two lengths',
    asked('/lengths', [
      ['content-length', '3'],
      ['content-length', '4'],
    ]),
    [few],
    endHeaders,
  )
  t.same(
    reached.filter(one => !one.startsWith('GET /length ')),
    [],
    'but the head of one whose body was then not as told',
  )
})

t.test('fields that are none are left out', async t => {
  const reached: string[][] = []
  const rig = await http2Rig(t, (request, response) => {
    reached.push(request.rawHeaders.filter(part => part.includes('x')))
    response.end()
  })
  const raw = await RawClient.open(rig.dialTls())
  const fields = [
    ['x:a', '1'],
    ['x-a', '1\r\nx-b: 2'],
    ['x-c\r\nx-d', '3'],
    ['x-e', 'x\0'],
    ['x-f', 'xyz'],
  ] as const
  raw.send(frame('headers', whole, 1, asked('/', fields)))
  await raw.answer(1)
  t.match(reached, [['x-f', 'xyz']])
  t.notMatch(reached, [[/x-[abcde]/]])
})

t.test('a body that is broken off never looks whole', async t => {
  const told: string[] = []
  const rig = await http2Rig(t, request => {
    request.on('data', part => told.push(`${part}`))
    request.once('end', () => told.push('whole'))
    request.once('error', () => told.push('broken off'))
  })
  const raw = await RawClient.open(rig.dialTls())
  const head = block([
    [':method', 'POST'],
    [':scheme', 'https'],
    [':path', '/'],
    [':authority', 'localhost'],
  ])
  raw.send(frame('headers', endHeaders, 1, head), frame('data', 0, 1, Buffer.from('some')))
  await until('some of it is there', () => told.length > 0)
  raw.send(frame('reset', 0, 1, Buffer.from([0, 0, 0, 8])))
  await until('its end', () => told.length > 1)
  t.same(told, ['some', 'broken off'])
})

t.test('requests that are reset as they are sent end the connection, and nobody else notices', async t => {
  const open = new Set<unknown>()
  const rig = await http2Rig(t, (request, response) => {
    if (request.url === '/') return void response.end('fine')
    open.add(response)
    response.once('close', () => open.delete(response))
  })
  const raw = await RawClient.open(rig.dialTls())
  const cancel = Buffer.from([0, 0, 0, 8])
  for (let stream = 1; stream < 20_000 && !raw.isLeft; stream += 2) {
    raw.send(frame('headers', whole, stream, asked('/hang')), frame('reset', 0, stream, cancel))
    if (stream % 50 === 1) await new Promise(resolve => setImmediate(resolve))
  }
  await until('the connection is ended', () => raw.isLeft)
  t.match(await rig.send({ ':path': '/' }), { status: 200, text: 'fine' })
  await until('nothing of it is left at the service', () => open.size === 0)
})

t.test('who has gone is told nothing, and ends nobody else', async t => {
  let reached = 0
  const rig = await http2Rig(t, (_, response) => {
    reached += 1
    // As soon as its head is there it was told to go on.
    setImmediate(() => response.end('fine'))
  })
  const raw = await RawClient.open(rig.dialTls())
  for (const [at, method] of ['HEAD', 'GET', 'PUT'].entries()) {
    const stream = 2 * at + 1
    const head = block([
      ...([
        [':method', method],
        [':scheme', 'https'],
        [':path', '/'],
        [':authority', 'localhost'],
      ] as const),
      ['expect', '100-continue'],
    ])
    raw.send(frame('headers', whole, stream, head), frame('reset', 0, stream, Buffer.from([0, 0, 0, 8])))
  }
  t.match(await rig.send({ ':path': '/' }), { status: 200, text: 'fine' })
  await until('what came through has been answered', async () => {
    const before = reached
    await rig.send({ ':path': '/' })
    return reached === before + 1
  })
})

t.test('a client that gives no sign of life is let go of, and what it has asked; others stay', async t => {
  const open = new Set<string>()
  const rig = await http2Rig(
    t,
    ({ url = '' }, response) => {
      if (url === '/') return void response.end('fine')
      open.add(url)
      response.once('close', () => open.delete(url))
    },
    { limits: { alive: 30 } },
  )
  const living = rig.client.request({ ':path': '/living' })
  living.on('error', () => {})
  const raw = await RawClient.open(rig.dialTls())
  raw.send(frame('headers', whole, 1, asked('/dead')))
  await until('both have asked', () => open.size === 2)
  await until('one has gone', () => raw.isLeft && !open.has('/dead'))
  for (let pings = 0; pings < 6; pings += 1) await once(rig.client, 'ping')
  t.same([...open], ['/living'])
  t.match(await rig.send({ ':path': '/' }), { status: 200 })
})

t.test('headers without an end, and too many of them, are not held', async t => {
  let reached = 0
  const rig = await http2Rig(t, (_, response) => {
    reached += 1
    response.end()
  })
  const flood = await RawClient.open(rig.dialTls())
  flood.send(frame('headers', endStream, 1, asked()))
  const piece = frame('continuation', 0, 1, block([['x-a', 'x'.repeat(100)]]))
  for (let i = 0; i < 10_000 && !flood.isLeft; i += 1) {
    flood.send(piece)
    if (i % 50 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  await until('the connection is ended', () => flood.isLeft)
  const large = await RawClient.open(rig.dialTls())
  const fields = Array.from({ length: 120 }, (_, at) => [`x-${at}`, 'x'.repeat(60)] as const)
  large.send(
    frame('headers', whole, 1, asked('/', [...fields.slice(0, 100), ...fields.slice(0, 100), ...fields])),
  )
  const answer = await large.answer(1)
  t.ok(
    answer === 'closed' || 'reset' in answer || /431/.test(answer.block),
    JSON.stringify(answer).slice(0, 100),
  )
  t.equal(reached, 0)
  t.match(await rig.send({ ':path': '/' }), { status: 200 })
})

t.test('a client that acknowledges no bounds has them all the same', async t => {
  let reached = 0
  const rig = await http2Rig(t, (_, response) => {
    reached += 1
    response.end()
  })
  const raw = await RawClient.open(rig.dialTls())
  const long = block([['x-a', 'x'.repeat(4_000)]])
  long[0] = 0x40 // kept in the table of fields, as number 62
  const again = Buffer.alloc(200, 0x80 | 62)
  raw.send(frame('headers', whole, 1, Buffer.concat([asked(), long, again])))
  await raw.answer(1)
  t.match(raw.textOf(1), /headers_too_large/)
  raw.send(frame('headers', whole, 3, asked()))
  await raw.answer(3)
  t.equal(reached, 1, 'and others are answered on the same connection')
})

t.test('no more requests at a time than one connection may have', async t => {
  const rig = await http2Rig(t, () => {})
  const raw = await RawClient.open(rig.dialTls())
  for (let stream = 1; stream <= 2 * 101; stream += 2) raw.send(frame('headers', whole, stream, asked()))
  const answer = await raw.answer(201)
  t.ok(answer === 'closed' || 'reset' in answer, JSON.stringify(answer))
  raw.socket.destroy()
})
