import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { pino } from 'pino'
import t from 'tap'
import { until } from '../../until.ts'
import { http2Rig } from './http2/rig.ts'
import { exchange, startRig } from './rig.ts'

t.setTimeout(120_000)

/** Loopback has many addresses, of which each counts as one client. */
const from = (localAddress: string, url: string, port = Number(new URL(url).port)): Socket =>
  connect({ host: '127.0.0.1', port, localAddress }).on('error', () => {})

const ask = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

/** What comes back until the connection ends. */
async function whole(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', part => {
    text += part
  })
  await once(socket, 'close')
  return text
}

/** A log that is kept. */
function kept() {
  const lines: string[] = []
  return { lines, log: pino({ level: 'warn' }, { write: line => void lines.push(line) }) }
}

const closedOf = (sockets: readonly Socket[]) => sockets.filter(({ destroyed }) => destroyed).length

t.test('one address has its share of the connections, and makes room for itself alone', async t => {
  const { lines, log } = kept()
  const { proxy } = await startRig(t, (_, response) => response.end('answered'), {
    connections: 8,
    perAddress: 4,
    log,
  })
  const other = from('127.0.0.3', proxy.url)
  await once(other, 'connect')
  const greedy: Socket[] = []
  for (let time = 0; time < 12; time++) {
    const socket = from('127.0.0.2', proxy.url)
    greedy.push(socket)
    await once(socket, 'connect')
  }
  for (const socket of greedy) socket.resume()
  await until('what is more than its share is closed', () => closedOf(greedy) === 8)
  t.same(
    greedy.map(({ destroyed }) => destroyed),
    [...Array(8).fill(true), ...Array(4).fill(false)],
    'those that were idle longest',
  )
  t.equal(lines.length, 1, 'who runs the server is told, and no more than once')
  t.match(JSON.parse(lines[0] ?? ''), { address: '127.0.0.2', of: 'connections', times: 1 })
  const answer = whole(other)
  other.write(ask)
  t.match(await answer, /answered$/, 'who came before it is still there, however long it was idle')
  t.match(await exchange(proxy.url, ask), /answered$/, 'and others find room')
  for (const socket of greedy) socket.destroy()
})

t.test('where all of its connections are in use, the next one of an address is closed', async t => {
  const asked: ServerResponse[] = []
  const { proxy } = await startRig(t, (_, response) => void asked.push(response), {
    connections: 8,
    perAddress: 2,
  })
  const using = [0, 1].map(() => from('127.0.0.2', proxy.url))
  const answers = using.map(whole)
  for (const socket of using) socket.write(ask)
  await until('they are asked', () => asked.length === 2)
  t.equal(await whole(from('127.0.0.2', proxy.url)), '')
  const other = from('127.0.0.3', proxy.url)
  const otherAnswer = whole(other)
  other.write(ask)
  await until('who comes from elsewhere is served', () => asked.length === 3)
  for (const response of asked) response.end('answered')
  for (const answer of await Promise.all([...answers, otherAnswer])) t.match(answer, /answered$/)
})

t.test('requests over HTTP/2 are counted by address, and one goes on each connection', async t => {
  const asked: ServerResponse[] = []
  const rig = await http2Rig(t, (_, response) => void asked.push(response), {
    connections: 100,
    perAddress: 3,
  })
  const one = (by = rig.client) => rig.send({ ':path': '/' }, undefined, by)
  const answers = [one(), one(), one()]
  await until('they are asked', () => asked.length === 3)
  t.match(await one(), { status: 503, headers: { 'retry-after': '1' }, text: /from this address/ })
  const another = rig.session()
  answers.push(one(another))
  await until('the first on another connection is asked', () => asked.length === 4)
  t.match(await one(another), { status: 503, text: /"not_ready"/ })
  for (const response of asked) response.end('answered')
  for (const answer of await Promise.all(answers)) t.match(answer, { status: 200, text: 'answered' })
  const again = one()
  await until('there is room again', () => asked.length === 5)
  asked[4]?.end('answered')
  t.match(await again, { status: 200 })
})

t.test('what is refused over HTTP/2 takes no place, though its client takes no byte of that', async t => {
  const asked: ServerResponse[] = []
  const rig = await http2Rig(t, (_, response) => void asked.push(response), {
    connections: 6,
    perAddress: 3,
  })
  const greedy = rig.session({ initialWindowSize: 0 }, '127.0.0.2')
  const refused: number[] = []
  for (let time = 0; time < 20; time++)
    greedy
      .request({ ':path': '/' })
      .on('error', () => {})
      .on('response', ({ ':status': status }) => void refused.push(status ?? 0))
  await until('it has its share, and no more', () => asked.length === 3 && refused.length === 17)
  t.same(new Set(refused), new Set([503]))
  const others = [1, 2, 3].map(() => rig.send({ ':path': '/' }))
  await until('another address has all of its own', () => asked.length === 6)
  for (const response of asked) response.end('answered')
  for (const answer of await Promise.all(others)) t.match(answer, { status: 200, text: 'answered' })
})

t.test('who shakes hands for ever takes no place of another address', async t => {
  const rig = await http2Rig(t, (_, response) => void response.end('fine'), {
    connections: 6,
    perAddress: 2,
  })
  const silent = Array.from({ length: 20 }, () => from('127.0.0.2', '', rig.port).resume())
  await until('all but twice its share are closed', () => closedOf(silent) === 16)
  t.match(await rig.send({ ':path': '/' }), { status: 200, text: 'fine' })
  for (const socket of silent) socket.destroy()
})

t.test('behind a proxy that is believed, those who come through it are counted', async t => {
  const asked: ServerResponse[] = []
  const { lines, log } = kept()
  const { proxy } = await startRig(t, (_, response) => void asked.push(response), {
    connections: 100,
    perAddress: 2,
    trustedProxies: ['127.0.0.1'],
    log,
  })
  const by = (address: string | undefined, upgrade = '') => {
    const socket = from('127.0.0.1', proxy.url)
    const told = address === undefined ? '' : `X-Forwarded-For: ${address}\r\n`
    const closes = upgrade === '' ? 'Connection: close' : `Connection: Upgrade\r\nUpgrade: ${upgrade}`
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${told}${closes}\r\n\r\n`)
    return whole(socket)
  }
  const answers = [by('192.0.2.1'), by('192.0.2.1'), by('2001:db8::1'), by('2001:db8::2')]
  await until('they are asked', () => asked.length === 4)
  for (const address of ['192.0.2.1', '2001:db8:0:0:9::3'])
    t.match(await by(address), /^HTTP\/1\.1 503 .*from this address/s, address)
  t.match(JSON.parse(lines[0] ?? ''), { address: '192.0.2.1', of: 'requests' })
  t.match(await by('192.0.2.1', 'websocket'), /^HTTP\/1\.1 503 /, 'a WebSocket as well')
  answers.push(by('192.0.2.2'), by(undefined), by(undefined), by(undefined))
  await until('others, and the proxy itself, are served', () => asked.length === 8)
  for (const response of asked) response.end('answered')
  for (const answer of await Promise.all(answers)) t.match(answer, /answered$/)
})
