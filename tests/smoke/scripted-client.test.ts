import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { readCodexEvents } from '../../smoke/agents/codex-events.ts'
import { connectMcp } from '../../smoke/agents/mcp-client.ts'
import { runScriptedClient } from '../../smoke/agents/scripted-client.ts'
import { offeredTools } from '../../smoke/run/offered-tools.ts'
import { judge } from '../../smoke/stages/judge.ts'
import type { Stage } from '../../smoke/stages/stage.ts'
import { mcpServer } from './mcp-server.ts'

const stage = (calls: Stage['calls']): Stage => ({
  ...{ name: 'sums', describe: '', prompt: '', calls, forbidden: [], says: /^5$/ },
  leaves: { present: [], absent: [] },
  closing: answers => String((answers.at(-1) as { sum?: number } | undefined)?.sum),
})
const one = { tool: 'add', arguments: { a: 1, b: 2 }, accepts: {}, answer: { sum: 3 } }
const two = {
  tool: 'add',
  arguments: ([first]: readonly unknown[]) => ({ a: (first as { sum: number }).sum, b: 2 }),
  accepts: { a: 3 },
  answer: { sum: 5 },
}

async function run(url: string, calls: Stage['calls'], signal = new AbortController().signal) {
  const lines: string[] = []
  const asked = stage(calls)
  await runScriptedClient(asked, { url, token: 'the-token', signal }, event =>
    lines.push(JSON.stringify(event)),
  )
  return judge(asked, lines.join('\n'), readCodexEvents)
}

t.test('it calls in order, with what came back before, and is judged like any other', async t => {
  const { url, asked } = await mcpServer(t)
  t.same(await run(url, [one, two]), { kind: 'passed' })
  t.same([...new Set(asked)], ['Bearer the-token'])
  t.match(await run(url, [{ ...one, tool: 'refuse' }, two]), {
    kind: 'failed',
    reason: /^refuse: it failed: not today/,
  })
  t.match(await run(url, [one, { ...two, answer: { sum: 6 } }]), { reason: /sum is 5, expected 6/ })
})

t.test('it is told when to end, though a tool never answers', async t => {
  const { url } = await mcpServer(t)
  await t.rejects(run(url, [{ ...one, tool: 'hang' }], AbortSignal.timeout(300)), { name: 'TimeoutError' })
})

t.test('a list of tools is read to its last page', async t => {
  const { url } = await mcpServer(t)
  await using mcp = await connectMcp({ url, token: 'x', signal: new AbortController().signal })
  t.same(
    (await mcp.tools()).map(({ name }) => name),
    ['add', 'refuse', 'hang'],
  )
})

t.test('a gateway that never answers holds up nobody', async t => {
  const http = createServer(() => {}).listen(0, '127.0.0.1')
  t.teardown(() => {
    http.close()
    http.closeAllConnections()
  })
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const server = { url: `http://127.0.0.1:${port}/mcp`, token: 'x', signal: AbortSignal.timeout(200) }
  await t.rejects(connectMcp(server), /abort|timeout/i)
})

t.test('nor does one that never says farewell', async t => {
  const http = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', data => (text += data))
    request.on('end', () => {
      if (request.method === 'DELETE') return
      const { id, method } = JSON.parse(text || '{}')
      if (method !== 'initialize') {
        response.writeHead(202).end()
        return
      }
      const result = {
        protocolVersion: '2025-06-18',
        capabilities: {},
        serverInfo: { name: 'x', version: '1' },
      }
      response
        .writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    })
  }).listen(0, '127.0.0.1')
  t.teardown(() => {
    http.close()
    http.closeAllConnections()
  })
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const server = { url: `http://127.0.0.1:${port}/mcp`, token: 'x', signal: new AbortController().signal }
  const mcp = await connectMcp(server)
  await t.resolves(async () => mcp[Symbol.asyncDispose]())
})

t.test(
  'a tool whose server comes up later than a list waits for it is there, and one that never comes is not',
  async t => {
    const lists = [[], [{ name: 'grep' }], [{ name: 'grep' }, { name: 'read' }]]
    const waiting = { signal: new AbortController().signal, pauseMs: 1 }
    let asked = 0
    const list = async () => lists[Math.min(asked++, 2)] ?? []
    t.same(await offeredTools(list, ['read'], waiting), lists[2])
    t.equal(asked, 3)
    t.same(await offeredTools(list, ['write'], { ...waiting, limitMs: 5 }), lists[2])
    t.same(await offeredTools(async () => [], [], waiting), [], 'where none is wanted nothing is waited for')
  },
)
