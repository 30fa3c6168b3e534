import { randomBytes, randomInt } from 'node:crypto'
import { truncateSync } from 'node:fs'
import t from 'tap'
import { request } from 'undici'
import { query } from './log-readers.ts'
import { problemOf, type Rig, startRig } from './rig.ts'

/** A part of a log as text, with its head. */
async function range(rig: Rig, session: string, fields: object, headers: Record<string, string>) {
  const answer = await request(`${rig.api.url}/sessions/${session}/logs?${query({ ...fields })}`, {
    headers: { authorization: `Bearer ${rig.alice.secret}`, accept: 'text/plain', ...headers },
  })
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: Buffer.from(await answer.body.arrayBuffer()),
  }
}

async function withLog(rig: Rig, stdout: string | Buffer, ended = true) {
  await rig.repository()
  const { id, commands } = await rig.session(['make', 'later'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.start(id, command)
  await rig.runner.write(id, command, 'stdout', stdout)
  if (ended) await rig.runner.end(id, command)
  return { id, command, of: { command, stream: 'stdout' } }
}

t.test('any part of a log that has ended is answered as such, whatever its bytes are', async t => {
  const rig = await startRig(t)
  const log = randomBytes(700_000)
  const { id, of } = await withLog(rig, log)
  for (let i = 0; i < 40; i++) {
    const offset = i % 3 === 0 ? randomInt(log.length - 10) : 0
    const length = log.length - offset
    const first = randomInt(length)
    const last = first + randomInt(length - first)
    const bytes = `bytes=${first}-${last}`
    const answer = await range(rig, id, { ...of, offset }, { range: bytes })
    const wanted = log.subarray(offset + first, offset + last + 1)
    t.equal(answer.status, 206)
    t.ok(answer.body.equals(wanted), `${bytes} from ${offset}`)
    t.equal(answer.headers['content-range'], `bytes ${first}-${last}/${length}`)
    t.equal(answer.headers['content-length'], `${wanted.length}`)
    t.equal(answer.headers['accept-ranges'], 'bytes')
  }
  const tail = await range(rig, id, of, { range: 'bytes=-100' })
  t.ok(tail.body.equals(log.subarray(-100)))
})

t.test('what cannot be satisfied is refused with the length that there is', async t => {
  const rig = await startRig(t)
  const { id, of } = await withLog(rig, '12345')
  for (const bytes of ['bytes=5-', 'bytes=-0']) {
    const answer = await range(rig, id, of, { range: bytes })
    const problem = problemOf(t, { ...answer, text: `${answer.body}` })
    t.match(problem, { code: 'offset_out_of_range', status: 416 })
    t.equal(answer.headers['content-range'], 'bytes */5')
  }
  const invalid = await range(rig, id, of, { range: 'bytes=4-2' })
  t.match(problemOf(t, { ...invalid, text: `${invalid.body}` }), {
    code: 'invalid_input',
    errors: [{ path: 'Range' }],
  })
})

t.test('of a log that is still written the end is not told', async t => {
  const rig = await startRig(t)
  const { id, command, of } = await withLog(rig, '12345', false)
  const answer = await range(rig, id, of, { range: 'bytes=1-100' })
  t.equal(answer.status, 206)
  t.equal(`${answer.body}`, '2345')
  t.equal(answer.headers['content-range'], 'bytes 1-4/*')
  t.equal((await range(rig, id, of, { range: 'bytes=5-' })).headers['content-range'], 'bytes */5')
  await rig.runner.write(id, command, 'stdout', '67')
  t.equal(`${(await range(rig, id, of, { range: 'bytes=5-' })).body}`, '67')
})

t.test('where it is not one sequence of bytes to be counted, the whole is answered', async t => {
  const rig = await startRig(t)
  const { id, command, of } = await withLog(rig, '12345')
  const bytes = { range: 'bytes=1-2' }
  const cases = [
    { fields: {}, headers: bytes },
    { fields: { command }, headers: bytes },
    { fields: { stream: 'stdout' }, headers: bytes },
    { fields: { ...of, follow: true }, headers: bytes },
    { fields: of, headers: { range: 'bytes=0-1,3-4' }, accepts: 'bytes' },
    { fields: of, headers: { range: 'lines=1-2' }, accepts: 'bytes' },
    { fields: of, headers: { ...bytes, 'if-range': '"etag"' }, accepts: 'bytes' },
    { fields: of, headers: {}, accepts: 'bytes' },
  ]
  for (const { fields, headers, accepts } of cases) {
    const answer = await range(rig, id, fields, headers)
    t.equal(answer.status, 200)
    t.equal(`${answer.body}`, '12345')
    t.equal(answer.headers['accept-ranges'], accepts)
    t.equal(answer.headers['content-range'], undefined)
  }
  const json = await range(rig, id, of, { ...bytes, accept: 'application/x-ndjson' })
  t.equal(json.status, 200)
})

t.test('a log that its command has cut has the length that is left', async t => {
  const rig = await startRig(t)
  const { id, command, of } = await withLog(rig, '1234567890')
  truncateSync(rig.files.log(id, command, 'stdout'), 4)
  const answer = await range(rig, id, of, { range: 'bytes=2-' })
  t.equal(`${answer.body}`, '34')
  t.equal(answer.headers['content-range'], 'bytes 2-3/4')
})
