import { PassThrough } from 'node:stream'
import t from 'tap'
import { z } from 'zod'
import { DapDecoder, encodeDap, frameDap } from '../../../../lib/dap-framing.ts'
import { DapClient } from '../../../../services/runner/debug/dap-client.ts'

type Said = { seq: number; type: string; command: string; arguments?: unknown; success?: boolean }

/** A client with an adapter that says what the test has it say. */
function pair() {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const events: [string, unknown][] = []
  const asked: unknown[][] = []
  const client = new DapClient(input, output, (name, body) => events.push([name, body]), {
    asked: (...question) => asked.push(question),
  })
  const decoder = new DapDecoder()
  const heard: Said[] = []
  output.on('data', (piece: Buffer) => heard.push(...decoder.push(piece).map(text => JSON.parse(text))))
  const say = (message: object) => input.write(encodeDap(message))
  return { client, input, events, asked, heard, say }
}

const tick = () => new Promise(resolve => setImmediate(resolve))
const schema = z.object({ threadId: z.int() })

t.test('answers find their requests in any order', async t => {
  const { client, heard, say } = pair()
  const one = client.request('one', { a: 1 }, schema, 1_000)
  const two = client.request('two', {}, schema, 1_000)
  await tick()
  t.match(heard, [
    { seq: 1, type: 'request', command: 'one', arguments: { a: 1 } },
    { seq: 2, command: 'two' },
  ])
  say({ type: 'response', request_seq: 2, success: true, body: { threadId: 0 } })
  say({ type: 'response', request_seq: 1, success: false, message: 'no' })
  t.same(await two, { kind: 'done', body: { threadId: 0 } }, 'thread 0 is a thread')
  t.same(await one, { kind: 'refused', message: 'no' })
})

t.test('what an adapter says in an error body comes before its message', async t => {
  const { client, say } = pair()
  const asked = client.request('one', {}, schema, 1_000)
  const body = { error: { id: 1, format: 'why' } }
  say({ type: 'response', request_seq: 1, success: false, message: 'no', body })
  t.same(await asked, { kind: 'refused', message: 'why' })
})

t.test('an answer that cannot be read is a refusal, and nothing worse', async t => {
  const { client, say } = pair()
  const asked = client.request('one', {}, schema, 1_000)
  say({ type: 'response', request_seq: 1, success: true, body: { threadId: 'x' } })
  t.match(await asked, { kind: 'refused', message: /its answer to one cannot be read/ })
})

t.test('a request that is not answered in time is late; its late answer harms nobody', async t => {
  const { client, say, events } = pair()
  t.same(await client.request('one', {}, schema, 1), { kind: 'late' })
  say({ type: 'response', request_seq: 1, success: true, body: { threadId: 1 } })
  say({ type: 'event', event: 'after' })
  await tick()
  t.same(events, [['after', undefined]])
})

t.test('that an answer comes late, or can come no more, is told once to who wants to know', async t => {
  const { client, say, input } = pair()
  const told: string[] = []
  const ask = (name: string, ms: number) =>
    client.request(name, {}, schema, ms, { answeredLate: () => told.push(name) })
  t.match(await Promise.all([ask('one', 1), ask('two', 1)]), [{ kind: 'late' }, { kind: 'late' }])
  const three = ask('three', 1_000)
  for (const request_seq of [3, 1, 1])
    say({ type: 'response', request_seq, success: true, body: { threadId: 1 } })
  t.match(await three, { kind: 'done' })
  await tick()
  t.same(told, ['one'])
  input.end()
  await client.closed
  t.same(told, ['one', 'two'])
})

t.test('the first reason why it is over stands', async t => {
  const { client, input } = pair()
  client.close('we have ended it')
  input.end()
  await tick()
  t.equal(await client.closed, 'we have ended it')
  t.same(await client.request('one', {}, schema, 1_000), { kind: 'closed', why: 'we have ended it' })
})

t.test('requests of the adapter are refused, and told', async t => {
  const { asked, heard, say } = pair()
  say({ type: 'request', seq: 7, command: 'runInTerminal', arguments: { args: [] } })
  await tick()
  t.same(asked, [['runInTerminal', { args: [] }, 'not supported']])
  t.match(heard, [{ type: 'response', request_seq: 7, command: 'runInTerminal', success: false }])
})

const deepEvent = `{"seq":1,"type":"event","event":"output","body":${'['.repeat(9_999)}${']'.repeat(9_999)}}`

for (const [name, end] of [
  ['goes away', ({ input }) => input.end()],
  ['says no framing', ({ input }) => input.write('what?\r\n\r\n')],
  ['says no JSON', ({ input }) => input.write('Content-Length: 1\r\n\r\n{')],
  ['says no message', ({ say }) => say({ type: 'poem' })],
  ['nests what it says too deeply', ({ input }) => input.write(frameDap(deepEvent))],
] satisfies [string, (of: ReturnType<typeof pair>) => unknown][])
  t.test(`when the adapter ${name}, every request is settled`, async t => {
    const of = pair()
    const asked = of.client.request('one', {}, schema, 60_000)
    end(of)
    t.match(await asked, { kind: 'closed', why: /it has ended|no DAP message/ })
    t.match(await of.client.request('two', {}, schema, 60_000), { kind: 'closed' })
    t.type(await of.client.closed, 'string')
  })

t.test('an adapter that asks on and on, and reads nothing, is given up', async t => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const client = new DapClient(input, output, () => undefined)
  const asked = client.request('one', {}, schema, 60_000)
  const question = encodeDap({ seq: 1, type: 'request', command: 'x'.repeat(1_000_000) })
  for (let times = 0; times < 20; times++) input.write(question)
  t.same(await asked, { kind: 'closed', why: 'it does not read what it is told' })
  const length = output.writableLength
  input.write(question)
  await tick()
  t.equal(output.writableLength, length)
})
