import type { IncomingMessage, ServerResponse } from 'node:http'
import t from 'tap'
import { createClient } from '../../../client/sdk/client.ts'
import { sendRange } from '../mcp/send-range.ts'
import { artifact } from '../samples.ts'
import { standIn } from '../stand-in-server.ts'

const file = Buffer.from('0123456789')

type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly index: number
}

/** The bytes from the second to the sixth, and the ranges that were asked for. */
async function part(answer: (exchange: Exchange) => void) {
  const ranges: (string | undefined)[] = []
  await using server = await standIn({
    'artifacts.download': (_, exchange) => {
      ranges.push(exchange.request.headers.range)
      answer(exchange)
      return undefined
    },
  })
  await using client = createClient({ baseUrl: server.url, token: 't' })
  const from = { offset: 1, end: 6 }
  const { offset, bytes, body } = await client.artifacts.download({ artifact: artifact().id }, { from })
  const text = Buffer.concat(await Array.fromAsync(body)).toString()
  return { offset, bytes, text, ranges }
}

t.test('a part of a file is asked for by both its ends', async t => {
  t.same(await part(exchange => void sendRange(file, exchange)), {
    ...{ offset: 1, bytes: 10, text: '12345', ranges: ['bytes=1-5'] },
  })
})

t.test('over a connection that breaks the rest of the part is asked for', async t => {
  const broken = ({ request, response, index }: Exchange) => {
    if (index > 0) return void sendRange(file, { request, response })
    response.writeHead(206, { 'content-range': 'bytes 1-5/10', 'content-length': 5, etag: '"1"' })
    response.write('12', () => response.destroy())
  }
  t.same(await part(broken), { offset: 1, bytes: 10, text: '12345', ranges: ['bytes=1-5', 'bytes=3-5'] })
})

t.test('who answers with the whole file is not believed to have understood', async t => {
  const whole = ({ response }: Exchange) =>
    void response.writeHead(200, { 'content-length': file.length, etag: '"1"' }).end(file)
  await t.rejects(part(whole), { name: 'ConnectionError', kind: 'unexpected_answer' })
})
