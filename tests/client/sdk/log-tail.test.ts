import t from 'tap'
import { createClient } from '../../../client/sdk/client.ts'
import { sendRange } from '../mcp/send-range.ts'
import { command, session } from '../samples.ts'
import { type Handlers, Refusal, standIn } from '../stand-in-server.ts'

const { id } = command()
const text = { 'content-type': 'text/plain' }

/** What comes of asking for the last ten bytes where the server answers so. */
async function lastTen(answer: NonNullable<Handlers['sessions.logs']>) {
  await using server = await standIn({ 'sessions.logs': answer })
  await using client = createClient({ baseUrl: server.url, token: 't' })
  const { offset, bytes } = await client.logTail({
    ...{ session: session().id, command: id, stream: 'stderr', most: 10 },
  })
  t.match(server.received, [{ input: { command: id, stream: 'stderr' } }])
  return { offset, text: Buffer.from(bytes).toString() }
}

t.test('the last bytes come, and where they begin', async t => {
  const log = (text: string) => lastTen((_, exchange) => void sendRange(Buffer.from(text), exchange))
  t.same(await log('0123456789 and ten'), { offset: 8, text: '89 and ten' })
  t.same(await log('few'), { offset: 0, text: 'few' })
  t.same(await log(''), { offset: 0, text: '' })
  // It was empty when it was looked at, and was written to before it was sent.
  const grown = await lastTen((_, { response }) => {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
    response.write('0123456')
    response.end('789 and ten')
    return undefined
  })
  t.same(grown, { offset: 8, text: '89 and ten' })
})

t.test('what is no end of a log is not taken for one', async t => {
  for (const [status, headers, body] of [
    [200, { 'content-type': 'application/x-ndjson' }, 'messages'],
    [206, { 'content-type': 'text/plain' }, 'which part?'],
    [206, { 'content-range': 'bytes 5-9/10' }, 'parts'],
    [204, {}, ''],
  ] as const)
    await t.rejects(
      lastTen((_, { response }) => void response.writeHead(status, headers).end(body)),
      { name: 'ConnectionError', kind: 'unexpected_answer' },
      `${status} ${body}`,
    )
  await t.rejects(
    lastTen((_, { response }) => {
      response.writeHead(206, { ...text, 'content-range': 'bytes 0-9/10', 'content-length': 10 })
      response.write('01234', () => response.destroy())
      return undefined
    }),
    { name: 'ConnectionError', kind: 'dropped' },
  )
  const expired = () => {
    throw new Refusal('log_expired', 'it was removed')
  }
  await t.rejects(lastTen(expired), { name: 'ProblemError', code: 'log_expired' })
})
