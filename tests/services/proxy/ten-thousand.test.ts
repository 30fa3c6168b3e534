import { createHash } from 'node:crypto'
import { Agent, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { generatedAnswer, generatedRequest } from './generated.ts'
import { startRig } from './rig.ts'

/**
 * The same requests direct and through the proxy: what arrives is the same, byte by byte, and so is what comes back, but for
 * what docs/proxy.md names. `SEED=… node tests/services/proxy/ten-thousand.test.ts` repeats a run.
 */
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const count = 10_000
const together = 16

/** Of one connection, or ours to say; and what tells the upstream which it is. */
const documented =
  /^(?:x-forwarded-(?:for|host|proto)|forwarded|x-debug-server-proxy|connection|keep-alive|transfer-encoding|content-length|host|x-case)$/i

function visible(raw: readonly string[]): string[] {
  const lines: string[] = []
  for (let index = 0; index < raw.length; index += 2)
    if (!documented.test(raw[index] ?? '')) lines.push(`${raw[index]}: ${raw[index + 1]}`)
  return lines
}

const digest = (bytes: Buffer) => `${bytes.length} ${createHash('sha1').update(bytes).digest('hex')}`

t.test(`10,000 requests are the same through the proxy, SEED=${seed}`, { timeout: 280_000 }, async t => {
  const seen = new Map<string, unknown>()
  const { proxy, direct, upstream } = await startRig(t, async (incoming, response) => {
    const { method, url, rawHeaders } = incoming
    const body = digest(await buffer(incoming))
    const [index = '', way] = `${incoming.headers['x-case']}`.split(' ')
    seen.set(`${index} ${way}`, {
      method,
      url,
      headers: visible(rawHeaders),
      body,
    })
    const answer = generatedAnswer(seed + Number(index))
    response.sendDate = false
    const bytes = Buffer.concat(answer.body)
    const isHead = method === 'HEAD'
    const length = answer.framing === 'length' ? ['Content-Length', `${bytes.length}`] : []
    if (answer.framing === 'close') response.shouldKeepAlive = false
    response.writeHead(answer.status, answer.message, [...answer.headers, ...length])
    if (!isHead) for (const piece of answer.body) response.write(piece)
    response.end()
  })
  // The one used longest ago is the next: where the machine holds all of us up, none is closed for idleness while it is asked.
  upstream.keepAliveTimeout = 0
  const agent = new Agent({ keepAlive: true, maxSockets: together, scheduling: 'fifo' })
  t.teardown(() => agent.destroy())

  const ask = async (url: string, index: number, way: string) => {
    const { method, target, headers, body, coding } = generatedRequest(seed + index)
    const framing =
      body === undefined
        ? []
        : coding === 'chunked'
          ? ['Transfer-Encoding', 'chunked']
          : ['Content-Length', `${Buffer.concat(body).length}`]
    const { hostname, port } = new URL(url)
    const outgoing = request({
      ...{ agent, hostname, port, method, path: target },
      headers: [...headers, 'Host', 'localhost', 'X-Case', `${index} ${way}`, ...framing],
    })
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      outgoing.once('response', resolve).once('error', reject),
    )
    for (const piece of body ?? []) outgoing.write(piece)
    outgoing.end()
    const answer = await answered
    const { statusCode, statusMessage, rawHeaders } = answer
    const bytes = await buffer(answer)
    return { statusCode, statusMessage, headers: visible(rawHeaders), body: digest(bytes) }
  }

  let different = 0
  let next = 0
  const one = async () => {
    while (next < count && different < 5) {
      const index = next++
      const [directly, through] = [await ask(direct, index, 'direct'), await ask(proxy.url, index, 'through')]
      const [from, to] = [seen.get(`${index} direct`), seen.get(`${index} through`)]
      seen.delete(`${index} direct`)
      seen.delete(`${index} through`)
      const isSame = JSON.stringify([directly, from]) === JSON.stringify([through, to])
      if (isSame && from !== undefined) continue
      different++
      t.same(
        { answer: through, request: to },
        { answer: directly, request: from },
        `SEED=${seed}, request ${index}`,
      )
    }
  }
  await Promise.all(Array.from({ length: together }, one))
  t.equal(next, count, 'all of them were compared')
  t.equal(different, 0)
})
