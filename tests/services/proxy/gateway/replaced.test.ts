import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import {
  CreateMessageRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import t from 'tap'
import { until } from '../../../until.ts'
import { call, startRig, unrulyTable } from './rig.ts'

t.setTimeout(120_000)

const sessionOf = (client: Client) => (client.transport as unknown as { sessionId: string }).sessionId
const pidOf = async (client: Client, name: string) => JSON.parse((await call(client, name)).text).pid

t.test('a client goes on with the proxy that takes the place of its own', async t => {
  const rig = await startRig(t, `${unrulyTable('own', 'share = "session"')}${unrulyTable('all')}`)
  const client = await rig.connect({ capabilities: { sampling: {} } })
  client.setRequestHandler(CreateMessageRequestSchema, async () => ({
    ...{ model: 'test', role: 'assistant' as const },
    content: { type: 'text' as const, text: 'a sample' },
  }))
  let told = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
  const before = sessionOf(client)
  const pids = [await pidOf(client, 'own_facts'), await pidOf(client, 'all_facts')]

  await rig.replace()
  const [first, second] = [await call(client, 'own_facts'), await call(client, 'own_facts')]
  t.match(first.result.content, [
    {},
    { text: /the server own, .* has been started anew, and what it held is gone/ },
  ])
  t.equal(second.result.content.length, 1, 'once')
  t.not(JSON.parse(first.text).pid, pids[0])
  const other = await call(client, 'all_facts')
  t.equal(other.result.content.length, 1, 'who held nothing of this client says nothing')
  t.equal(sessionOf(client), before)
  const params = { messages: [{ role: 'user', content: { type: 'text', text: 'x' } }], maxTokens: 10 }
  t.match(
    (await call(client, 'own_ask', { method: 'sampling/createMessage', params })).text,
    /a sample/,
    'what the client can be asked is known',
  )
  await until('it was told to look at its lists, on a stream that it has opened anew', () => told)
})

t.test('what cannot be answered in time is told, and nothing is done twice', async t => {
  const rig = await startRig(t, unrulyTable('one'), { stop: 1_000 })
  const client = await rig.connect()
  const errors: Error[] = []
  client.onerror = error => void errors.push(error)
  await call(client, 'one_echo', { text: 'x' })
  const steps: unknown[] = []
  const hanging = client
    .callTool({ name: 'one_wait', arguments: { ms: 600_000 } }, undefined, {
      onprogress: step => void steps.push(step),
    })
    .then(
      () => 'answered',
      error => String(error),
    )
  await until('it has begun', () => steps.length)
  await rig.replace()
  t.match(await hanging, /ended before this was answered; whether it was done is not known/)
  t.match(await call(client, 'one_echo', { text: 'x' }), { failed: false })
})

t.test('of what was asked of a proxy that was killed the next one says that it is not known', async t => {
  const rig = await startRig(t, unrulyTable('one'))
  const client = await rig.connect()
  const headers = {
    ...{ authorization: `Bearer ${rig.secret}`, 'mcp-session-id': sessionOf(client) },
    ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    'mcp-protocol-version': '2025-11-25',
  }
  const url = `${rig.proxy.url}/mcp`
  const ask = (id: unknown) =>
    fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'one_hang' } }),
    })
  const answer = await ask('ü 1')
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  const [, last = ''] = /^id: (.+)$/m.exec((await reader?.read())?.value ?? '') ?? []
  await reader?.cancel()
  await rig.replace()
  const resumed = await fetch(url, { headers: { ...headers, 'last-event-id': last } })
  t.match(await resumed.text(), /^data: .*"id":"ü 1","error":\{.*whether it was done is not known/m)
  const again = () => fetch(url, { headers: { ...headers, 'last-event-id': 'AAAAAAAA.1.standing' } })
  const standing = [await again(), await again()]
  t.match(await standing[0]?.text(), /list_changed/, 'it ends: one stream is open, the last')
  await standing[1]?.body?.cancel()
  for (const bad of ['x', 'AAAAAAAA.1.1', 'AAAAAAAA.1.1-e30', 'AAAAAAAA.1.1-x']) {
    const refused = await fetch(url, { headers: { ...headers, 'last-event-id': bad } })
    t.equal(refused.status, 400, bad)
    await refused.text()
  }
})

t.test('who has ended its session, or is another, does not come again', async t => {
  const rig = await startRig(t, '')
  const client = await rig.connect()
  const other = await rig.token('other')
  const ask = async (method: string, bearer = rig.secret) => {
    const answer = await fetch(`${rig.proxy.url}/mcp`, {
      method,
      headers: {
        ...{ authorization: `Bearer ${bearer}`, 'mcp-session-id': session },
        ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      },
      ...(method === 'POST' ? { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' } : {}),
    })
    await answer.text()
    return answer.status
  }
  const session = sessionOf(client)
  await rig.replace()
  t.equal(await ask('POST', other.secret), 404)
  t.same(await Promise.all(Array.from({ length: 10 }, () => ask('POST'))), Array(10).fill(200))
  t.equal(await ask('DELETE'), 200)
  t.equal(await ask('POST'), 404)
})
