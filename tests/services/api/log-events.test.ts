import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import type { CommandId } from '../../../services/contract/ids.ts'
import { type LogMessage, logStreams } from '../../../services/contract/log-message.ts'
import { endCommand } from '../../../services/store/commands.ts'
import { assemble, query, serverSentEvents } from './log-readers.ts'
import { problemOf, type Rig, startRig } from './rig.ts'
import { until } from './until.ts'

async function startLogRig(t: Test, ...lines: string[]) {
  const rig = await startRig(t)
  await rig.repository()
  return { rig, ...(await rig.session(lines)) }
}

/** Writes to both streams in pieces that cut characters, and ends the commands one after the other. */
async function write(rig: Rig, session: Awaited<ReturnType<Rig['session']>>) {
  const written = new Map<string, string>()
  for (const command of session.commands) {
    await rig.runner.start(session.id, command)
    for (let line = 0; line < 40; line++) {
      const stream = logStreams[line % 3 === 0 ? 1 : 0] ?? 'stdout'
      const bytes = Buffer.from(
        `${line} äö€😀\r\n\u2028 ${'x'.repeat(line * 30)}\n`,
        line % 7 === 0 ? 'latin1' : 'utf8',
      )
      const key = `${command} ${stream}`
      written.set(key, `${written.get(key) ?? ''}${bytes.toString('latin1')}`)
      const cut = line % bytes.length
      await rig.runner.write(session.id, command, stream, bytes.subarray(0, cut))
      await rig.runner.write(session.id, command, stream, bytes.subarray(cut))
    }
    await rig.runner.end(session.id, command)
  }
  return written
}

/** Follows with a connection that is lost again and again, each time at another event. */
async function followInPieces(rig: Rig, session: string, fields: Record<string, unknown>) {
  const messages: LogMessage[] = []
  let id: string | undefined
  let connections = 0
  while (id !== 'end') {
    let left = 1 + (connections++ % 4)
    for await (const sent of serverSentEvents(rig, session, { ...fields, follow: true }, id)) {
      id = sent.id
      messages.push(sent.message)
      if (--left === 0) break
    }
  }
  return { messages, connections }
}

for (const scope of ['one command', 'one stream of it', 'a session'] as const)
  t.test(`who has lost the connection gives back the last id, and has each byte once: ${scope}`, async t => {
    const { rig, id, commands } = await startLogRig(t, 'one', 'two', 'three')
    const [, second] = commands
    const writing = write(rig, { id, commands })
    const fields = {
      'one command': { command: second },
      'one stream of it': { command: second, stream: 'stderr', offset: 3 },
      'a session': {},
    }[scope]
    const { messages, connections } = await followInPieces(rig, id, fields)
    const written = await writing
    const told = scope === 'a session' ? commands : commands.slice(1, 2)
    const whole = (command: CommandId, stream: 'stdout' | 'stderr') => written.get(`${command} ${stream}`)
    for (const command of told) {
      if (scope === 'one stream of it') {
        t.equal(whole(command, 'stderr')?.slice(3), assembledFrom(messages, 3), 'behind the offset')
        continue
      }
      for (const stream of logStreams) t.equal(assemble(messages, command, stream), whole(command, stream))
    }
    t.ok(connections > 5, `over ${connections} connections`)
    const ends = messages.filter(
      ({ type, ...rest }) => type === 'command' && 'status' in rest && rest.status === 'succeeded',
    )
    t.equal(ends.length, told.length, 'each end is told once')
    t.equal(messages.filter(({ type }) => type === 'end').length, 1)
    await until(() => rig.api.live.readers === 0, 'nothing is left behind')
  })

/** The bytes of a stream whose first chunk begins at `offset`. */
function assembledFrom(messages: readonly LogMessage[], offset: number): string {
  let text = ''
  for (const message of messages) {
    if (message.type !== 'output') continue
    if (message.offset !== offset + text.length) throw new Error(`a gap at ${message.offset}`)
    const bytes = 'text' in message ? Buffer.from(message.text) : Buffer.from(message.base64, 'base64')
    text += bytes.toString('latin1')
  }
  return text
}

const events = (rig: Rig, id: string, lastEventId: string, fields: Record<string, unknown> = {}) =>
  rig.send(`/sessions/${id}/logs?${query(fields)}`, {
    headers: { accept: 'text/event-stream', 'last-event-id': lastEventId },
  })

t.test('who has been told everything is told so, and asks no more', async t => {
  const { rig, id } = await startLogRig(t, 'one')
  const answer = await events(rig, id, 'end')
  t.equal(answer.status, 204)
  t.equal(answer.text, '')
})

t.test('a place that is none of this log is refused', async t => {
  const { rig, id, commands } = await startLogRig(t, 'one', 'two')
  const other = await rig.session(['another'])
  const [command, second] = commands
  if (command === undefined) throw new Error('two were queued')
  await rig.runner.play(command, { stdout: '12345' })
  const cases = [
    { place: 'nonsense', code: 'invalid_input' },
    { place: `${command}.1`, code: 'invalid_input' },
    { place: `${command}.-1.0`, code: 'invalid_input' },
    { place: 'cmd_000000000000.0.0', code: 'invalid_input' },
    { place: `${other.commands[0]}.0.0`, code: 'invalid_input' },
    { place: `${second}.0.0`, fields: { command }, code: 'invalid_input' },
    { place: `${command}.6.0`, code: 'offset_out_of_range' },
    { place: `${command}.0.1`, code: 'offset_out_of_range' },
  ]
  for (const { place, code, fields } of cases) {
    const problem = problemOf(t, await events(rig, id, place, fields))
    t.equal(problem.code, code, place)
    if (code === 'invalid_input') t.match(problem.errors, [{ path: 'Last-Event-ID' }])
  }
})

t.test('who was told more of a log than was kept of it goes on at its end', async t => {
  const { rig, id, commands } = await startLogRig(t, 'one')
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.start(id, command)
  await rig.runner.write(id, command, 'stdout', 'x'.repeat(1_000))
  const lengths = { stdout_bytes: 100, stderr_bytes: 0, truncated: true }
  const failure = { reason: 'output_limit', message: 'more than 100 bytes' } as const
  const end = { exit_code: null, failure, ...lengths }
  await endCommand(rig.store, command, 'failed', end, new Date().toISOString())
  const follow = { command, follow: true }
  const resumed = await events(rig, id, `${command}.1000.0`, follow)
  t.equal(resumed.status, 200)
  t.notMatch(resumed.text, '"output"')
  t.match(resumed.text, '"output_limit"')
  t.match(resumed.text, '"type":"end","reason":"complete"')
  for (const accept of ['application/x-ndjson', 'text/event-stream', 'text/plain']) {
    const path = `/sessions/${id}/logs?${query({ ...follow, stream: 'stdout', offset: 1_000 })}`
    const answer = await rig.send(path, { headers: { accept } })
    t.equal(answer.status, 200, accept)
    t.notMatch(answer.text, 'xxx')
  }
})

t.test('the answer is a stream of events, and one that is silent is kept open', async t => {
  const rig = await startRig(t, { limits: { ping: 30 } })
  await rig.repository()
  const { id } = await rig.session()
  const socket = connect(Number(new URL(rig.api.url).port), '127.0.0.1')
  const head = `GET /sessions/${id}/logs?follow=true HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n`
  socket.write(`${head}Authorization: Bearer ${rig.alice.secret}\r\n\r\n`)
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  await until(() => text.split('\n:\n\n').length > 2, 'heartbeats come')
  t.match(
    text,
    /^HTTP\/1\.1 200 OK\r\n(?:[\w-]+: .*\r\n)*content-type: text\/event-stream\r\ncache-control: no-store\r\n/,
  )
  t.match(text, '\nretry: 1000\n\n')
  const closed = once(socket, 'close')
  await rig.runner.session(id, 'stopping', 'stopped')
  await until(() => text.includes('\r\n0\r\n\r\n'), 'the answer has an end')
  t.match(text, 'id: end\ndata: {"type":"end","reason":"session_ended"}\n\n')
  socket.destroy()
  await closed
})

t.test('an end that is not the end of the log leaves the reader where it stands', async t => {
  const { rig, id, commands } = await startLogRig(t, 'one')
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.start(id, command)
  await rig.runner.write(id, command, 'stdout', 'half')
  const reading = (async () => {
    let last: { id: string; message: LogMessage } | undefined
    for await (const sent of serverSentEvents(rig, id, { follow: true })) {
      last = sent
      if (sent.message.type === 'output') void rig.api[Symbol.asyncDispose]()
    }
    return last
  })()
  t.same(await reading, { id: `${command}.4.0`, message: { type: 'end', reason: 'server_stopping' } })
})
