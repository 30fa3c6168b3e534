import { once } from 'node:events'
import t from 'tap'
import { request } from 'undici'
import { at, temporary } from '../../cli/rig.ts'
import { command, session } from '../../samples.ts'
import { standIn } from '../../stand-in-server.ts'
import { connected, startHttp } from './rig.ts'

t.setTimeout(120_000)

let begun = Promise.withResolvers<void>()
let release = Promise.withResolvers<void>()
let asked = 0
const server = await standIn({
  'sessions.get': () => session(),
  'commands.run': async (_, { response }) => {
    asked += 1
    begun.resolve()
    await Promise.race([release.promise, once(response, 'close')])
    return command()
  },
})
const directory = await temporary(t)
const mcp = await startHttp({
  ...{ environment: at(server.url), directory, platform: 'linux' as const, root: directory },
})
t.teardown(async () => {
  release.resolve()
  await mcp.end()
  await server[Symbol.asyncDispose]()
})
t.beforeEach(() => {
  begun = Promise.withResolvers()
  release = Promise.withResolvers()
  asked = 0
})

const protocol = '2025-11-25'
const run = { name: 'command_run', arguments: { session: '@last', command: 'make' } }

/** A client by hand, which has introduced itself. */
async function byHand() {
  const ask = (message: object | undefined, more: Record<string, string> = {}) =>
    request(mcp.url, {
      method: message === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${mcp.bearer}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...more,
      },
      ...(message === undefined ? {} : { body: JSON.stringify({ jsonrpc: '2.0', ...message }) }),
    })
  const clientInfo = { name: 'x', version: '1' }
  const params = { protocolVersion: protocol, capabilities: {}, clientInfo }
  const { headers, body } = await ask({ id: 1, method: 'initialize', params })
  await body.dump()
  const own = { 'mcp-session-id': String(headers['mcp-session-id']), 'mcp-protocol-version': protocol }
  return (message: object | undefined, more: Record<string, string> = {}) => ask(message, { ...own, ...more })
}

/** The id of the first event of a stream, whose connection is cut then. */
async function firstId(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of body) {
    text += Buffer.from(chunk)
    const [, id] = /^id: (.+)$/m.exec(text) ?? []
    if (id !== undefined) return id
  }
  throw new Error(`no id came: ${text}`)
}

/** The first message of a stream, whose connection is cut then. */
async function firstMessage(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  let text = ''
  for await (const chunk of body) {
    text += Buffer.from(chunk)
    const [, data] = /^data: (\{.+\})$/m.exec(text) ?? []
    if (data !== undefined) return JSON.parse(data)
  }
  throw new Error(`no message came: ${text}`)
}

t.test('a call goes on when its connection breaks, and its answer is told to who comes again', async t => {
  const ask = await byHand()
  const call = { id: 2, method: 'tools/call', params: run }
  const id = await firstId((await ask(call)).body)
  await begun.promise
  const again = ask(undefined, { 'last-event-id': id })
  release.resolve()
  t.match(await firstMessage((await again).body), {
    id: 2,
    result: { structuredContent: { id: command().id } },
  })
  const late = await ask(undefined, { 'last-event-id': id })
  t.match(await firstMessage(late.body), { id: 2 }, 'as often as it is asked for')
  t.equal(asked, 1, 'it was begun once')
  for (const wrong of ['x', '999.x'])
    t.equal((await ask(undefined, { 'last-event-id': wrong })).statusCode, 400, wrong)
})

t.test('another client is not told of it', async t => {
  const [ask, other] = [await byHand(), await byHand()]
  const id = await firstId((await ask({ id: 2, method: 'tools/call', params: run })).body)
  release.resolve()
  t.equal((await other(undefined, { 'last-event-id': id })).statusCode, 400)
})

t.test('the official client comes again by itself', async t => {
  const { client, transport } = await connected(mcp)
  t.teardown(() => client.close())
  const real = globalThis.fetch
  t.teardown(() => {
    globalThis.fetch = real
  })
  let cut = 0
  globalThis.fetch = async (input, init) => {
    const answer = await real(input, init)
    if (init?.method !== 'POST' || cut > 0 || !String(init.body).includes('command_run')) return answer
    cut += 1
    const reader = answer.body?.getReader()
    // The first event is let through; then the connection breaks.
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue((await reader?.read())?.value)
        await begun.promise
        await reader?.cancel()
        controller.error(new Error('the test has cut it'))
        release.resolve()
      },
    })
    return new Response(body, { status: answer.status, headers: answer.headers })
  }
  t.ok(transport.sessionId)
  t.match((await client.callTool(run)).structuredContent, { id: command().id })
  t.same([cut, asked], [1, 1])
})

t.test('a client that takes its leave has its calls ended', async t => {
  const { client, transport } = await connected(mcp)
  const running = client.callTool(run)
  running.catch(() => {})
  await begun.promise
  await transport.terminateSession()
  await client.close()
  await t.rejects(running)
  t.same(mcp.reports, [])
})
