import { randomInt } from 'node:crypto'
import t, { type Test } from 'tap'
import { commandId, sessionId } from '../../../services/contract/ids.ts'
import { all, assemble, bytesOf, dialLog, ndjson, query, sse, webSocket } from './log-readers.ts'
import { startRig } from './rig.ts'
import { until } from './until.ts'

const secret = 'correct-horse-battery-stäple'
const stars = '*'.repeat(Buffer.byteLength(secret))

async function startLogRig(t: Test) {
  const rig = await startRig(t)
  await rig.repository()
  const created = await rig.call('sessions.create', {
    repository: 'demo',
    commands: ['make'],
    secrets: { PASSPHRASE: secret },
  })
  const id = sessionId.schema.parse(created.id)
  await rig.runner.session(id, 'starting', 'running')
  const {
    items: [row],
  } = await rig.call('commands.list', { session: id })
  const command = commandId.schema.parse(row?.id)
  await rig.runner.start(id, command)
  return { rig, id, command, created }
}

t.test('no answer tells a secret', async t => {
  const { rig, id, created } = await startLogRig(t)
  t.notMatch(JSON.stringify(created), secret)
  for (const path of [`/sessions/${id}`, '/sessions', `/sessions/${id}/commands`])
    t.notMatch((await rig.send(path)).text, secret)
  const short = await rig.refused('sessions.create', { repository: 'demo', secrets: { A: 'ab1' } })
  t.match(short, { code: 'invalid_input', errors: [{ path: 'secrets.A' }] })
  t.notMatch(JSON.stringify(short), 'ab1')
  // Counted in bytes: there are two to each of these characters.
  const long = { A: 'é'.repeat(16_384), B: 'é'.repeat(16_384) }
  t.ok(await rig.call('sessions.create', { repository: 'demo', secrets: long }))
  const longer = await rig.refused('sessions.create', { repository: 'demo', secrets: { ...long, C: '1234' } })
  t.match(longer, { code: 'invalid_input', errors: [{ path: 'secrets', message: /64 KiB/ }] })
  t.notMatch(rig.logged.join(''), secret)
})

t.test('whoever reads sees it masked, from any byte on, and every offset stands', async t => {
  const { rig, id, command } = await startLogRig(t)
  const filling = 'a line of a log é\n'.repeat(3_000)
  // Across the border of chunks, at the beginning, one behind the other, and broken off at the end.
  const log = Buffer.from(
    [secret, filling.slice(0, 65_500), secret, secret, filling, secret, '\n', secret.slice(0, -1)].join(''),
  )
  const masked = Buffer.from(log.toString().replaceAll(secret, stars))
  masked.fill('*', masked.length - Buffer.byteLength(secret.slice(0, -1)))
  await rig.runner.write(id, command, 'stdout', log)
  await rig.runner.end(id, command)
  for (const read of [ndjson, sse, webSocket])
    t.equal(assemble(await all(read(rig, id, {})), command, 'stdout'), masked.toString('latin1'))
  for (let i = 0; i < 60; i++) {
    const first = i < 40 ? i : randomInt(log.length)
    const last = Math.min(log.length - 1, first + randomInt(100))
    const answer = await rig.send(`/sessions/${id}/logs?${query({ command, stream: 'stdout' })}`, {
      headers: { accept: 'text/plain', range: `bytes=${first}-${last}` },
    })
    t.equal(answer.text, masked.subarray(first, last + 1).toString(), `${first}-${last}`)
  }
})

t.test('at the live end what may become a secret is held back, and no more than that', async t => {
  const { rig, id, command } = await startLogRig(t)
  const socket = dialLog(rig, id, { command, follow: true })
  let told = ''
  socket.on('message', data => {
    const message = JSON.parse(`${data}`)
    if (message.type === 'output') told += bytesOf(message).toString('latin1')
  })
  const write = (data: Buffer | string) => rig.runner.write(id, command, 'stdout', data)
  await write('begin corr')
  await until(() => told === 'begin ', 'the beginning of a secret is held back')
  await write('upt ')
  await until(() => told === 'begin corrupt ', 'what is none is told')
  const bytes = Buffer.from(secret)
  for (const byte of bytes) {
    await write(Buffer.from([byte]))
    await new Promise(resolve => setTimeout(resolve, 3))
    t.ok(told.length <= 'begin corrupt '.length + bytes.length && !told.includes('horse'))
  }
  await until(() => told === `begin corrupt ${stars}`, 'all of it is told, masked')
  await write('! corre')
  const history = assemble(await all(ndjson(rig, id, {})), command, 'stdout')
  t.equal(history, `begin corrupt ${stars}! `, 'so it is for who reads what is there')
  await rig.runner.end(id, command)
  await until(() => told === `begin corrupt ${stars}! corre`, 'a few letters at the end are none')
  socket.terminate()
})
