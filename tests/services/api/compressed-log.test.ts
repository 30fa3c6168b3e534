import { randomInt } from 'node:crypto'
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { logOf } from '../../../services/api/logs/masked-log.ts'
import { type CommandId, commandId, type SessionId, sessionId } from '../../../services/contract/ids.ts'
import { compressLog } from '../../../services/runner/logs/compress-log.ts'
import { expireLogs } from '../../../services/store/command-logs.ts'
import { getCommand } from '../../../services/store/commands.ts'
import { all, assemble, ndjson, query, serverSentEvents, sse, webSocket } from './log-readers.ts'
import { problemOf, type Rig, startRig } from './rig.ts'

const secret = 'a secret of some length'
/** How much is compressed at a time. */
const block = 262_144

/** Secrets everywhere, at each border of what is compressed together as well. */
function logWithSecrets(): Buffer {
  const log = Buffer.alloc(3 * block + 12_345)
  for (let at = 0; at < log.length; at += 20) log.write(`line ${at}`.padEnd(19).concat('\n'), at)
  for (const border of [block, 2 * block, 3 * block]) log.write(secret, border - randomInt(1, secret.length))
  for (let i = 0; i < 200; i++) log.write(secret, randomInt(log.length - secret.length))
  return log
}

async function endedCommand(t: Test, stdout: Buffer, stderr = 'an error\n') {
  const rig = await startRig(t)
  await rig.repository()
  const created = await rig.call('sessions.create', {
    repository: 'demo',
    commands: ['make', 'make more'],
    secrets: { SECRET: secret },
  })
  const id = sessionId.schema.parse(created.id)
  await rig.runner.session(id, 'starting', 'running')
  const { items: rows } = await rig.call('commands.list', { session: id })
  const [command, other] = rows.map(row => commandId.schema.parse(row.id))
  if (command === undefined || other === undefined) throw new Error('two were queued')
  await rig.runner.play(command, { stdout, stderr })
  await rig.runner.play(other, { stdout: 'other\n' })
  return { rig, id, command, other, of: { command, stream: 'stdout' } }
}

const placesOf = ({ files }: Rig, session: SessionId, command: CommandId) => ({
  plain: files.log(session, command, 'stdout'),
  compressed: files.compressedLog(session, command, 'stdout'),
})

async function compress(rig: Rig, session: SessionId, command: CommandId, length: number) {
  const places = placesOf(rig, session, command)
  await compressLog({ ...places, length }, () => undefined)
  if (existsSync(places.plain)) throw new Error('it is still there')
}

t.test('any range of a compressed log is that of the plain one, with its secrets masked', async t => {
  const log = logWithSecrets()
  const { rig, id, command, of } = await endedCommand(t, log)
  const row = await getCommand(rig.store, command)
  if (row === undefined) throw new Error('it is there')
  const places = placesOf(rig, id, command)
  const saved = readFileSync(places.plain)
  await compress(rig, id, command, log.length)
  await using compressed = logOf(rig, row, 'stdout')
  t.equal(await compressed.end(log.length), log.length)
  // Opened now, it reads the plain one.
  writeFileSync(places.plain, saved)
  await using plain = logOf(rig, row, 'stdout')
  t.equal(await plain.end(log.length), log.length)
  rmSync(places.plain)
  let masked = 0
  for (let i = 0; i < 400; i++) {
    const border = (i % 4) * block
    const position = i % 2 === 0 ? randomInt(log.length) : Math.max(0, border - randomInt(60))
    const length = i % 10 === 0 ? randomInt(2 * block) : randomInt(200)
    const [a, b] = await Promise.all([plain.read(position, length), compressed.read(position, length)])
    if (!a.equals(b)) t.fail(`${length} at ${position}`)
    if (b.includes('****')) masked++
  }
  t.ok(masked > 20, `${masked} with something masked`)
  const answer = await rig.send(`/sessions/${id}/logs?${query(of)}`, {
    headers: { accept: 'text/plain', range: `bytes=${block - 30}-${block + 30}` },
  })
  t.equal(answer.status, 206)
  t.equal(answer.text, `${await compressed.read(block - 30, 61)}`)
  t.notMatch(answer.text, secret)
})

t.test('however it is asked for, all of it comes', async t => {
  const log = logWithSecrets()
  const { rig, id, command } = await endedCommand(t, log)
  const before = assemble(await all(ndjson(rig, id, { command })), command, 'stdout')
  t.equal(before.length, log.length)
  await compress(rig, id, command, log.length)
  for (const read of [ndjson, sse, webSocket])
    for (const fields of [{}, { command }, { command, follow: true }]) {
      const messages = await all(read(rig, id, fields))
      t.equal(assemble(messages, command, 'stdout'), before)
      t.equal(assemble(messages, command, 'stderr'), 'an error\n')
    }
  const offset = block + 17
  const rest = await all(ndjson(rig, id, { command, stream: 'stdout', offset }))
  t.equal(assemble(rest, command, 'stdout', offset), before.slice(offset))
  const place = `${command}.${offset}.0`
  const resumed = await Array.fromAsync(serverSentEvents(rig, id, { command, stream: 'stdout' }, place))
  t.equal(
    assemble(
      resumed.map(({ message }) => message),
      command,
      'stdout',
      offset,
    ),
    before.slice(offset),
  )
})

t.test('who reads while it is compressed reads on', async t => {
  const log = logWithSecrets()
  const { rig, id, command } = await endedCommand(t, log)
  const row = await getCommand(rig.store, command)
  if (row === undefined) throw new Error('it is there')
  await using reader = logOf(rig, row, 'stdout')
  await reader.end(log.length)
  const first = await reader.read(0, 1_000)
  await compress(rig, id, command, log.length)
  await using later = logOf(rig, row, 'stdout')
  await later.end(log.length)
  t.ok((await later.read(0, 1_000)).equals(first))
  t.ok((await reader.read(log.length - 500, 500)).equals(await later.read(log.length - 500, 500)))
})

t.test('one that is damaged is told as that, and no other bytes', async t => {
  const log = logWithSecrets()
  const { rig, id, command, of } = await endedCommand(t, log)
  await compress(rig, id, command, log.length)
  const { compressed } = placesOf(rig, id, command)
  const bytes = readFileSync(compressed)
  bytes.fill(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1, (bytes.length >> 1) + 1)
  writeFileSync(compressed, bytes)
  const messages = await all(ndjson(rig, id, of))
  t.match(messages.at(-1), {
    type: 'end',
    reason: 'problem',
    problem: {
      code: 'log_damaged',
      detail: `stdout of ${command} is damaged on the server's disk: from here on it cannot be read`,
    },
  })
  t.notMatch(JSON.stringify(messages.at(-1)), compressed)
  t.match(rig.logged.join(''), compressed, 'the log of the server names the file')
  truncateSync(compressed, 1_000)
  const headers = { accept: 'text/plain', range: 'bytes=0-10' }
  const answer = await rig.send(`/sessions/${id}/logs?${query(of)}`, { headers })
  t.match(problemOf(t, answer), { code: 'log_damaged', status: 500 })
})

t.test('one that was removed is told as that', async t => {
  const { rig, id, command, other } = await endedCommand(t, Buffer.from('gone\n'))
  const at = new Date().toISOString()
  t.ok(await expireLogs(rig.store, command, at))
  t.notOk(await expireLogs(rig.store, command, at), 'once')
  const problem = await rig.refused('sessions.logs', { session: id, command })
  t.match(problem, {
    code: 'log_expired',
    status: 410,
    detail: new RegExp(`${command} was removed at ${at}`),
  })
  t.match(await rig.call('commands.get', { command }), { log_expired_at: at })
  const messages = await all(ndjson(rig, id, {}))
  // Its files are still there, which makes no difference to who asks for it alone.
  t.match(
    messages.filter(({ type }) => type === 'command'),
    [
      { command, log_expired_at: at },
      { command: other, log_expired_at: undefined },
    ],
  )
  t.equal(assemble(messages, other, 'stdout'), 'other\n')
})

t.test('one that is removed while it is read is told as that', async t => {
  const { rig, id, command } = await endedCommand(t, Buffer.from('gone\n'))
  const row = await getCommand(rig.store, command)
  if (row === undefined) throw new Error('it is there')
  const at = new Date().toISOString()
  await expireLogs(rig.store, command, at)
  rmSync(placesOf(rig, id, command).plain)
  const messages = await all(ndjson(rig, id, {}))
  t.equal(assemble(messages, command, 'stdout'), '')
  t.match(
    messages.find(message => message.type === 'command' && message.command === command),
    { log_expired_at: at },
  )
})
