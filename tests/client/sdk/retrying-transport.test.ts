import t from 'tap'
import { retryAfter, retryingTransport } from '../../../client/sdk/retrying-transport.ts'
import type { TransportEvent } from '../../../client/sdk/told-transport.ts'
import type { Answer, SendOptions, Transport } from '../../../client/sdk/transport.ts'

const now = Date.parse('2026-01-02T03:04:05.000Z')
const options: SendOptions = { accept: '*/*', signal: new AbortController().signal, idleMs: 0 }

/** A server that gives these answers in turn, the last one for ever. */
function rig(answers: readonly (readonly [status: number, retryAfter?: string])[], most = 3) {
  const waits: number[] = []
  const events: TransportEvent[] = []
  let asked = 0
  const transport: Transport = {
    async send(): Promise<Answer> {
      const [status, after] = answers[Math.min(asked++, answers.length - 1)] ?? [500]
      const body = Object.assign((async function* () {})(), { text: async () => '' })
      return { status, header: name => (name === 'retry-after' ? after : undefined), body }
    },
    async [Symbol.asyncDispose]() {},
  }
  const retrying = retryingTransport(transport, {
    most,
    tell: event => events.push(event),
    wait: async milliseconds => void waits.push(milliseconds),
    now: () => now,
    random: () => 0,
  })
  const send = async (method: 'GET' | 'POST', more: Partial<SendOptions> = {}) =>
    (await retrying.send({ method, path: '/x', body: undefined }, { ...options, ...more })).status
  return { send, waits, events, asked: () => asked }
}

t.test('what the server is too busy for is sent again when it says', async t => {
  const { send, waits, events } = rig([[429, '2'], [503, 'Fri, 02 Jan 2026 03:04:08 GMT'], [200]])
  t.equal(await send('GET'), 200)
  t.same(waits, [2_000, 3_000])
  t.same(events, [
    { type: 'repeating', method: 'GET', path: '/x', status: 429, afterMs: 2_000 },
    { type: 'repeating', method: 'GET', path: '/x', status: 503, afterMs: 3_000 },
  ])
})

t.test('not for ever, not sooner each time, and never so late that nobody waits for it', async t => {
  const bounded = rig([[503, '0']])
  t.equal(await bounded.send('GET'), 503)
  t.equal(bounded.asked(), 4)
  t.same(bounded.waits, [100, 200, 400])
  const late = rig([[429, '3600']])
  t.equal(await late.send('GET'), 429)
  t.equal(late.asked(), 1)
})

t.test('only where the server asks for it, and where nothing can be done twice', async t => {
  for (const [name, answer, method, more, times] of [
    ['without a time', [503], 'GET', {}, 1],
    ['another refusal', [500, '0'], 'GET', {}, 1],
    ['a time that is none', [429, 'soon'], 'GET', {}, 1],
    ['what was turned away', [429, '0'], 'POST', {}, 2],
    ['what may have been done', [503, '0'], 'POST', {}, 1],
    ['what is done once', [503, '0'], 'POST', { headers: { 'idempotency-key': 'k' } }, 2],
    ['an answer that says so', [503, '0'], 'GET', { mayBeUnavailable: true }, 1],
  ] as const) {
    const { send, asked } = rig([answer, [200]])
    await send(method, more)
    t.equal(asked(), times, name)
  }
  t.equal(retryAfter({ header: () => ' 7 ' }, now), 7_000)
  t.equal(retryAfter({ header: () => 'Thu, 01 Jan 2026 00:00:00 GMT' }, now), 0, 'a time that has passed')
})

t.test('the caller ends the waiting', async t => {
  const caller = new AbortController()
  const body = Object.assign((async function* () {})(), { text: async () => '' })
  const transport = retryingTransport(
    {
      send: async () => ({ status: 429, header: () => '10', body }),
      async [Symbol.asyncDispose]() {},
    },
    { most: 9, tell: () => caller.abort(new Error('enough')) },
  )
  const sent = transport.send(
    { method: 'GET', path: '/x', body: undefined },
    { ...options, signal: caller.signal },
  )
  await t.rejects(sent, { message: 'enough' })
})
