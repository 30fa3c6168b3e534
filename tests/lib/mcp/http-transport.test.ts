import { once } from 'node:events'
import { createServer, IncomingMessage, request } from 'node:http'
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js'
import t, { type Test } from 'tap'
import { HttpTransport } from '../../../lib/mcp/http-transport.ts'
import { until } from '../../until.ts'

t.setTimeout(60_000)

const current = '2025-11-25'
const accept = 'application/json, text/event-stream'

/** Longer than any test takes: what is held becomes events when that is told. */
const held = { holdMs: 600_000 }

/** A transport behind a server of its own, whose messages a test answers by hand. */
async function rig(
  t: Test,
  {
    protocol = current,
    holdMs = 1,
    messageMs = 60_000,
  }: Partial<Record<'holdMs' | 'messageMs', number>> & {
    protocol?: string
  } = {},
) {
  const came: JSONRPCMessage[] = []
  const transport = new HttpTransport({ open: () => 'me', longestMessage: 10_000, holdMs, messageMs })
  let closed = 0
  let over = 0
  transport.onmessage = message => void came.push(message)
  transport.onclose = () => {
    closed += 1
  }
  const http = createServer((asked, response) => {
    response.once('close', () => {
      over += 1
    })
    void transport.answer(asked, response)
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const port = typeof address === 'object' ? address?.port : undefined
  t.teardown(async () => {
    await transport.close()
    http.closeAllConnections()
    http.close()
  })
  const raw = async (method: string, headers: Record<string, string>, body?: string) => {
    const asking = request({ host: '127.0.0.1', port, method, headers })
    asking.on('error', () => {})
    asking.end(body)
    const [answer] = await once(asking, 'response')
    if (!(answer instanceof IncomingMessage)) throw new TypeError('no answer came')
    return answer.setEncoding('utf8')
  }
  const post = (message: unknown, headers: Record<string, string> = {}) =>
    raw(
      'POST',
      { accept, 'content-type': 'application/json', 'mcp-protocol-version': protocol, ...headers },
      typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...Object(message) }),
    )
  const get = (headers: Record<string, string> = {}) => raw('GET', { accept, ...headers })
  const params = { protocolVersion: protocol, capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params }
  const arrived = (id: RequestId) =>
    until(`${id} has arrived`, () => came.find(message => 'id' in message && message.id === id))
  const result = (id: RequestId, text = 'done') => transport.send({ jsonrpc: '2.0', id, result: { text } })
  const progress = (id: RequestId | undefined, text = '') =>
    transport.send(
      { jsonrpc: '2.0', method: 'notifications/message', params: { text } },
      id === undefined ? {} : { relatedRequestId: id },
    )
  /** Introduces the client. */
  const introduce = async () => {
    const answer = post(initialize)
    await arrived(0)
    await result(0)
    return await answer
  }
  return {
    ...{ port, transport, came, raw, post, get, initialize, introduce, arrived, result, progress },
    closed: () => closed,
    over: () => over,
  }
}

const textOf = async (answer: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const part of answer) text += part
  return text
}

type Event = { readonly id: string; readonly data: string }

/** The events that have come until there are so many; more are let by. */
async function events(answer: IncomingMessage, count: number): Promise<Event[]> {
  let text = ''
  answer.on('data', part => {
    text += part
  })
  const found = () => [...text.matchAll(/id: (.+)\n(?:retry: \d+\n)?data: (.*)\n\n/g)]
  await until(`${count} events`, () => found().length >= count)
  return found().map(([, id = '', data = '']) => ({ id, data }))
}

t.test('what is answered soon is answered with JSON', async t => {
  const { introduce, post, arrived, result } = await rig(t, held)
  const introduced = await introduce()
  t.match(introduced.headers, { 'content-type': 'application/json', 'mcp-session-id': 'me' })
  const answer = post({ id: 'one', method: 'ping' })
  await arrived('one')
  await result('one', 'żółw')
  const told = await answer
  t.match(told.headers, { 'content-type': 'application/json', 'mcp-session-id': 'me' })
  t.same(JSON.parse(await textOf(told)), { jsonrpc: '2.0', id: 'one', result: { text: 'żółw' } })
})

t.test('what takes longer is answered with events, of which the first tells where to go on', async t => {
  const { introduce, post, arrived, result, progress } = await rig(t)
  await introduce()
  const answer = await post({ id: 1, method: 'ping' })
  t.match(answer.headers, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
  await arrived(1)
  await progress(1, 'so far')
  await result(1)
  const text = await textOf(answer)
  t.match(text, /^id: \S+\nretry: 1000\ndata: \n\nevent: message\nid: \S+\ndata: \{.*so far.*\}\n\n/)
  t.match(text, /"done"\}\}\n\n$/, 'and it ends behind the answer')
  await t.rejects(progress(1), /request 1 is not being answered/)
})

t.test('what is told before the answer makes it events at once, and so does a long answer', async t => {
  const { introduce, post, arrived, result, progress } = await rig(t, held)
  await introduce()
  const first = post({ id: 1, method: 'ping' })
  await arrived(1)
  await progress(1)
  await result(1)
  t.match((await first).headers, { 'content-type': 'text/event-stream' })
  const second = post({ id: 2, method: 'ping' })
  await arrived(2)
  await result(2, 'x'.repeat(100_000))
  t.match((await second).headers, { 'content-type': 'text/event-stream' })
})

t.test('a client of an earlier protocol gets no event without a message', async t => {
  const { introduce, post, arrived, result } = await rig(t, { protocol: '2025-06-18' })
  await introduce()
  const answer = await post({ id: 1, method: 'ping' })
  await arrived(1)
  await result(1)
  t.match(await textOf(answer), /^event: message\nid: \S+\ndata: \{"jsonrpc"/)
})

t.test(
  'what belongs to no request goes to the stream that stands, and is kept until there is one',
  async t => {
    const { introduce, get, progress, over } = await rig(t)
    await introduce()
    const stream = await get()
    await progress(undefined, 'one')
    const [one] = await events(stream, 1)
    t.match(one?.data, /one/)
    t.equal((await get()).statusCode, 409)
    const before = over()
    stream.destroy()
    await until('it is known to be gone', () => over() > before)
    await progress(undefined, 'two')
    const again = await get({ 'last-event-id': one?.id ?? '' })
    t.match(await events(again, 1), [{ data: /two/ }])
  },
)

t.test('who comes again is told what is missing, once all is told that there is no more', async t => {
  const { introduce, post, get, arrived, result, progress, over } = await rig(t)
  await introduce()
  const answer = await post({ id: 1, method: 'ping' })
  await arrived(1)
  const [begun] = await events(answer, 1)
  const before = over()
  answer.destroy()
  await until('it is known to be gone', () => over() > before)
  await progress(1, 'missed')
  const again = await get({ 'last-event-id': begun?.id ?? '' })
  t.match(await events(again, 1), [{ data: /missed/ }])
  const taken = once(again, 'end')
  const newer = await get({ 'last-event-id': begun?.id ?? '' })
  await taken
  t.pass('the newer connection takes the place of the older')
  await result(1)
  const told = await textOf(newer)
  t.match(told, /missed.*done/s)
  const last = [...told.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? ''
  const nothing = await get({ 'last-event-id': last })
  t.equal(nothing.statusCode, 204)
  const late = await get({ 'last-event-id': begun?.id ?? '' })
  t.match(await textOf(late), /missed.*done/s, 'as often as it is asked for, and it ends')
  t.equal((await get({ 'last-event-id': 'x' })).statusCode, 400)
})

t.test('a request that is given up keeps nobody waiting', async t => {
  const quick = await rig(t, held)
  await quick.introduce()
  const answer = quick.post({ id: 1, method: 'ping' })
  await quick.arrived(1)
  await quick.post({ method: 'notifications/cancelled', params: { requestId: 1 } })
  t.equal((await answer).statusCode, 202)
  const { introduce, post, get, came } = await rig(t)
  await introduce()
  const cancel = (requestId: number) => post({ method: 'notifications/cancelled', params: { requestId } })
  const slow = await post({ id: 2, method: 'ping' })
  const [begun] = await events(slow, 1)
  const ended = once(slow, 'end')
  await cancel(2)
  await ended
  t.equal((await get({ 'last-event-id': begun?.id ?? '' })).statusCode, 204)
  t.match(came.at(-1), { method: 'notifications/cancelled' }, 'and the server hears of it')
  t.equal((await cancel(7)).statusCode, 202, 'of one that nobody has sent')
})

t.test('what is no message of this protocol is refused, and changes nothing', async t => {
  const { introduce, post, raw, get, initialize, came } = await rig(t)
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
  const told = async (answer: Promise<IncomingMessage>) => {
    const { statusCode, headers } = await answer
    const { error } = JSON.parse(await textOf(await answer))
    t.equal(headers['content-type'], 'application/json')
    return [statusCode, error.code, error.message]
  }
  t.match(await told(post(ping)), [400, -32_000, /introduce yourself first/])
  t.match(await told(get()), [400, -32_000, /introduce yourself first/])
  await introduce()
  const before = came.length
  t.match(await told(post(initialize)), [400, -32_600, /introduced itself already/])
  t.match(await told(post('{')), [400, -32_700, 'this is no JSON'])
  t.match(await told(post([ping])), [400, -32_600, /no message of JSON-RPC/])
  t.match(await told(post(JSON.stringify([ping, ping]))), [400, -32_600, 'one message is taken at a time'])
  t.match(await told(post({ id: 1 })), [400, -32_600, /no message of JSON-RPC/])
  t.match(await told(post(ping, { accept: 'application/json' })), [406, -32_000, /has to accept both/])
  t.match(await told(post(ping, { 'content-type': 'text/plain; a=application/json' })), [415, -32_000])
  t.match(await told(post(ping, { 'mcp-protocol-version': '1999' })), [
    400,
    -32_000,
    /2025-11-25.*are spoken/,
  ])
  t.match(await told(post({ ...ping, text: 'x'.repeat(10_000) })), [413, -32_000, /10000 bytes/])
  const chunked = { 'transfer-encoding': 'chunked' }
  t.match(await told(post({ ...ping, text: 'x'.repeat(20_000) }, chunked)), [413, -32_000])
  t.match(await told(get({ accept: 'application/json' })), [406, -32_000])
  const put = raw('PUT', {})
  t.match(await told(put), [405, -32_000])
  t.equal((await put).headers.allow, 'GET, POST, DELETE')
  t.equal(came.length, before)
})

t.test('a message that does not come is not awaited for ever', async t => {
  const { raw, port, came } = await rig(t, { messageMs: 20 })
  const headers = { accept, 'content-type': 'application/json', 'content-length': '100' }
  const asking = request({ host: '127.0.0.1', port, method: 'POST', headers })
  asking.on('error', () => {})
  asking.write('{"jsonrpc":')
  const [answer] = await once(asking, 'response')
  t.equal(answer.statusCode, 408)
  t.match(JSON.parse(await textOf(answer)), { error: { message: /within 0.02 seconds/ } })
  t.equal(came.length, 0)
  t.equal((await raw('PUT', {})).statusCode, 405, 'others are answered')
})

t.test('an id stands for one request at a time', async t => {
  const { introduce, post, arrived, result } = await rig(t)
  await introduce()
  const first = post({ id: 1, method: 'ping' })
  await arrived(1)
  t.equal((await post({ id: 1, method: 'ping' })).statusCode, 400)
  await result(1)
  t.equal((await first).statusCode, 200)
})

t.test('who leaves ends what is being answered, and is another one when it comes again', async t => {
  const { introduce, post, raw, get, arrived, progress, closed } = await rig(t, held)
  await introduce()
  const [slow, stream, nothing] = [post({ id: 1, method: 'ping' }), get(), post({ id: 2, method: 'ping' })]
  await Promise.all([arrived(1), arrived(2), stream])
  await progress(1)
  t.equal((await raw('DELETE', {})).statusCode, 200)
  const [told] = await Promise.all([slow, stream].map(async one => await textOf(await one)))
  t.match(told, /"id":1,"error":\{.*whether it was done is not known"\}\}\n\n$/)
  t.equal((await nothing).statusCode, 503, 'not 404: it was taken in')
  t.equal((await post({ id: 3, method: 'ping' })).statusCode, 404)
  t.equal(closed(), 1)
})

t.test('what is not read is held up to a bound, and can be asked for again', async t => {
  const { introduce, get, progress } = await rig(t)
  await introduce()
  const stream = await get()
  await progress(undefined, 'first')
  const [first] = await events(stream, 1)
  stream.on('error', () => {}).pause()
  const cut = new Promise(resolve => stream.once('close', resolve))
  for (let i = 0; i < 40; i += 1) await progress(undefined, 'x'.repeat(1_000_000))
  stream.resume()
  await cut
  t.equal((await get({ 'last-event-id': first?.id ?? '' })).statusCode, 400, 'not all of it is kept')
})

t.test('who is to go on elsewhere has what it asked, and no stream that stands', async t => {
  const { transport, introduce, post, get, arrived, result } = await rig(t)
  await introduce()
  const [answer, stream] = [post({ id: 1, method: 'ping' }), get()]
  await Promise.all([arrived(1), stream])
  transport.leave()
  for (const one of [stream, get()]) t.equal(await textOf(await one), '', 'it ends, now and later')
  await result(1)
  t.match(await textOf(await answer), /done/)
})
