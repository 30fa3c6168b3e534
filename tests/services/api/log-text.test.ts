import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { request } from 'undici'
import { acceptedFormat } from '../../../services/api/logs/log-format.ts'
import { dialLog, query } from './log-readers.ts'
import { problemOf, type Rig, startRig } from './rig.ts'
import { until } from './until.ts'

const accepts = [
  { accept: undefined, format: 'json' },
  { accept: '*/*', format: 'json' },
  { accept: 'text/plain', format: 'text' },
  { accept: 'TEXT/PLAIN; charset=utf-8', format: 'text' },
  { accept: 'text/*', format: 'text' },
  { accept: 'text/html, text/plain;q=0.9, */*;q=0.1', format: 'text' },
  { accept: 'text/plain;q=0.5, application/x-ndjson', format: 'json' },
  { accept: 'text/plain;q=0', format: 'json' },
  { accept: 'text/plain;q=nonsense', format: 'json' },
  { accept: 'application/json', format: 'json' },
  { accept: 'text/event-stream', format: 'events' },
  { accept: 'text/event-stream, */*;q=0.1', format: 'events' },
  { accept: 'application/json, text/event-stream', format: 'events' },
  { accept: 'application/x-ndjson, text/event-stream', format: 'json' },
  { accept: 'text/event-stream;q=0.2, text/plain;q=0.1', format: 'events' },
] as const
for (const { accept, format } of accepts)
  t.test(`Accept: ${accept} gets ${format}`, t => {
    t.equal(acceptedFormat(accept), format)
    t.end()
  })

async function text(rig: Rig, session: string, fields: Record<string, unknown>) {
  const answer = await request(`${rig.api.url}/sessions/${session}/logs?${query(fields)}`, {
    headers: { authorization: `Bearer ${rig.alice.secret}`, accept: 'text/plain' },
  })
  return { headers: answer.headers, body: answer.body }
}

t.test('as text a stream is its bytes, exactly', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['make'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  const stdout = randomBytes(300_000)
  await rig.runner.play(command, { stdout, stderr: 'oops' })
  const { headers, body } = await text(rig, id, { stream: 'stdout' })
  t.equal(headers['content-type'], 'text/plain; charset=utf-8')
  t.ok(stdout.equals(Buffer.from(await body.arrayBuffer())))
  const rest = await text(rig, id, { command, stream: 'stdout', offset: 123_457 })
  t.ok(stdout.subarray(123_457).equals(Buffer.from(await rest.body.arrayBuffer())))
  const both = await text(rig, id, {})
  t.ok(Buffer.concat([stdout, Buffer.from('oops')]).equals(Buffer.from(await both.body.arrayBuffer())))
})

t.test('as text a log is followed to its end', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['make'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  const { body } = await text(rig, id, { command, follow: true })
  const chunks = body[Symbol.asyncIterator]()
  await rig.runner.start(id, command)
  await rig.runner.write(id, command, 'stdout', 'one')
  t.equal(`${(await chunks.next()).value}`, 'one')
  await rig.runner.write(id, command, 'stderr', 'two')
  t.equal(`${(await chunks.next()).value}`, 'two')
  await rig.runner.end(id, command)
  t.ok((await chunks.next()).done)
})

t.test('as text a log that is broken off looks broken off', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const { body } = await text(rig, id, { follow: true })
  await until(() => rig.api.live.readers === 1, 'it is followed')
  const read = body.text()
  await Promise.all([t.rejects(read), rig.api[Symbol.asyncDispose]()])
})

t.test(
  'as text over a WebSocket a chunk is a binary frame, and the reason of the end a text frame',
  async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id, commands } = await rig.session(['make'])
    const [command] = commands
    if (command === undefined) throw new Error('one was queued')
    const stdout = randomBytes(200_000)
    await rig.runner.play(command, { stdout })
    const socket = dialLog(rig, id, {}, { codec: 'text' })
    const frames: Buffer[] = []
    const texts: string[] = []
    socket.on('message', (data, isBinary) => {
      if (!isBinary) texts.push(`${data}`)
      else if (Buffer.isBuffer(data)) frames.push(data)
    })
    const [code, reason] = await once(socket, 'close')
    t.same([code, `${reason}`], [1000, 'complete'])
    t.ok(stdout.equals(Buffer.concat(frames)))
    t.same(texts, ['end complete'], 'the last frame')
  },
)

t.test('an offset has to lie within a log that has ended', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['make', 'later'])
  const [command, later] = commands
  if (command === undefined || later === undefined) throw new Error('two were queued')
  await rig.runner.play(command, { stdout: '12345' })
  const at = (offset: number, of = command) =>
    rig.send(`/sessions/${id}/logs?${query({ command: of, stream: 'stdout', offset })}`)
  t.equal((await at(5)).status, 200)
  t.match(problemOf(t, await at(6)), { code: 'offset_out_of_range', detail: /byte 5/ })
  t.equal((await at(6, later)).status, 200, 'of one that has not ended nobody knows the end')
  t.match(problemOf(t, await rig.send(`/sessions/${id}/logs?offset=1`)), {
    code: 'invalid_input',
    errors: [{ path: 'offset' }],
  })
  t.match(problemOf(t, await rig.send(`/sessions/${id}/logs?${query({ command: 'cmd_zzzz' })}`)), {
    code: 'command_not_found',
  })
})

t.test('a command of another session is not found in this one', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const one = await rig.session(['one'])
  const two = await rig.session(['two'])
  const problem = problemOf(t, await rig.send(`/sessions/${one.id}/logs?command=${two.commands[0]}`))
  t.equal(problem.code, 'command_not_found')
})
