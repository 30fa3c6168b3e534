import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  type Progress,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import t from 'tap'
import { until } from '../../../until.ts'
import { call, startRig, toolNames, unrulyTable } from './rig.ts'

t.setTimeout(240_000)

t.test('prompts, resources and completions of a server have its name in front', async t => {
  const rig = await startRig(t, unrulyTable('my_notes', 'allow = ["greet", "note://*", "link"]'))
  const client = await rig.connect()
  t.match(await client.listPrompts(), { prompts: [{ name: 'my_notes_greet', description: 'greets' }] })
  t.match(await client.getPrompt({ name: 'my_notes_greet', arguments: { name: 'you' } }), {
    messages: [{ content: { text: 'greet you' } }],
  })
  await t.rejects(client.getPrompt({ name: 'greet' }), /there is no prompt "greet"; prompts\/list/)
  t.match((await client.listResources()).resources, [{ uri: 'my-notes+note://one' }])
  t.match((await client.listResourceTemplates()).resourceTemplates, [
    { uriTemplate: 'my-notes+note://{name}' },
  ])
  t.match(await client.readResource({ uri: 'my-notes+note://two' }), {
    contents: [{ uri: 'my-notes+note://two', text: 'what stands in note://two' }],
  })
  await t.rejects(client.readResource({ uri: 'note://two' }), {
    code: -32_002,
    message: /there is no resource/,
  })
  await t.rejects(client.readResource({ uri: 'my-notes+file:///etc/passwd' }), { code: -32_002 })
  const complete = async (ref: Parameters<typeof client.complete>[0]['ref']) =>
    (await client.complete({ ref, argument: { name: 'name', value: 'a' } })).completion.values
  t.same(await complete({ type: 'ref/prompt', name: 'my_notes_greet' }), ['greet!'])
  t.same(await complete({ type: 'ref/resource', uri: 'my-notes+note://{name}' }), ['note://{name}!'])
  t.match((await call(client, 'my_notes_link')).result.content, [
    { type: 'resource_link', uri: 'my-notes+note://one' },
  ])
})

t.test('progress reaches the client, and its wish to give up the server', async t => {
  const rig = await startRig(t, unrulyTable('one'))
  const client = await rig.connect()
  const steps: Progress[] = []
  await client.callTool({ name: 'one_steps', arguments: {} }, undefined, {
    onprogress: step => void steps.push(step),
  })
  t.match(steps.at(-1), { progress: 3, total: 3, message: /^x{1000}$/ })
  t.ok(steps.length < 10, 'no more often than it says something')
  const given = new AbortController()
  const hanging = client.callTool({ name: 'one_hang', arguments: {} }, undefined, { signal: given.signal })
  setTimeout(() => given.abort(), 50)
  await t.rejects(hanging)
  await until('the server has heard of it', async () => {
    const { cancelled } = JSON.parse((await call(client, 'one_facts')).text)
    return cancelled.length > 0
  })
})

t.test('what a server logs reaches the client that waits for it, as far as it wants to be told', async t => {
  const rig = await startRig(t, `${unrulyTable('one')}${unrulyTable('two')}`)
  const [client, other] = [await rig.connect(), await rig.connect()]
  const told: unknown[] = []
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void told.push(params))
  const others: unknown[] = []
  other.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void others.push(params))
  const messages = (['debug', 'info', 'error'] as const).map(level => ({ level, data: level, logger: 'x' }))
  const words = () => told.splice(0).map(one => Object(one).data)
  await call(client, 'one_log', { messages })
  t.same(told[0], { level: 'info', data: 'info', logger: 'one/x' })
  t.same(words(), ['info', 'error'])
  await client.setLoggingLevel('debug')
  await call(client, 'one_log', { messages })
  t.same(words(), ['debug', 'info', 'error'], 'the server is told how much is wanted')
  await client.setLoggingLevel('error')
  await call(client, 'one_log', { messages })
  t.same(words(), ['error'])
  await call(client, 'one_log', { messages: [{ level: 'error', data: { text: 'x'.repeat(20_000) } }] })
  t.match(words(), [/^\{"text":"x{9990,10000}…$/])
  await client.setLoggingLevel('info')
  t.same(others, [], 'nobody else hears of it')

  const given = new AbortController()
  const waits = Promise.withResolvers<void>()
  const waiting = other.callTool({ name: 'one_wait', arguments: { ms: 600_000 } }, undefined, {
    ...{ signal: given.signal, onprogress: () => waits.resolve() },
  })
  await waits.promise
  await call(client, 'one_log', { messages })
  t.same([words(), others], [[], []], 'where two are waiting nobody knows for whom it is')
  given.abort()
  await t.rejects(waiting)
})

t.test('a server that offers more is read anew, and clients are told', async t => {
  const rig = await startRig(t, unrulyTable('one', 'changes = "follow"'))
  const client = await rig.connect()
  t.notOk((await toolNames(client)).includes('one_late'))
  let changes = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++)
  await call(client, 'one_change')
  await until('the client sees it', async () => (await toolNames(client)).includes('one_late'))
  t.ok(changes > 0, 'it was told')
})

t.test('what a server asks is asked of the client that calls it', async t => {
  for (const share of ['shared', 'session']) {
    const rig = await startRig(t, unrulyTable('one', `share = "${share}"`))
    const client = await rig.connect({ capabilities: { sampling: {}, elicitation: {}, roots: {} } })
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: `${params.messages.length} messages` },
    }))
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'you' } }))
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///here' }] }))
    const ask = (method: string, params = {}) => call(client, 'one_ask', { method, params })
    const messages = [{ role: 'user', content: { type: 'text', text: 'x' } }]
    t.match((await ask('sampling/createMessage', { messages, maxTokens: 9 })).text, /1 messages/)
    const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } }
    t.match((await ask('elicitation/create', { message: 'who?', requestedSchema })).text, /"name":"you"/)
    t.match((await ask('roots/list')).text, /file:\/\/\/here/)
    const deaf = await rig.connect()
    const refused = await call(deaf, 'one_ask', { method: 'roots/list' })
    t.match(
      refused.text,
      share === 'shared' ? /the client that calls this server offers no roots\/list/ : /Method not found/,
    )
  }
})

t.test('a server asks no more at once than clients are held for', async t => {
  const rig = await startRig(t, unrulyTable('one'))
  const client = await rig.connect({ capabilities: { roots: {} } })
  const { promise: all, resolve } = Promise.withResolvers<void>()
  let asked = 0
  client.setRequestHandler(ListRootsRequestSchema, async () => {
    asked += 1
    if (asked === 16) resolve()
    await all
    return { roots: [] }
  })
  const { text } = await call(client, 'one_ask', { method: 'roots/list', times: 20 })
  t.equal(text.match(/"roots":\[\]/g)?.length, 16)
  t.equal(text.match(/16 questions wait for an answer/g)?.length, 4)
  t.match((await call(client, 'one_ask', { method: 'roots/list' })).text, /"roots":\[\]/)
})

t.test('who is asked has to be the only one that calls', async t => {
  const rig = await startRig(t, unrulyTable('one'))
  const [client, other] = [await rig.connect({ capabilities: { roots: {} } }), await rig.connect()]
  const given = new AbortController()
  const hanging = other
    .callTool({ name: 'one_hang', arguments: {} }, undefined, { signal: given.signal })
    .catch(() => {})
  await until('the other calls', async () => (await rig.server('one')).instances[0]?.kind === 'ready')
  await call(other, 'one_echo', {})
  t.match(
    (await call(client, 'one_ask', { method: 'roots/list' })).text,
    /several clients are calling this server now/,
  )
  given.abort()
  await hanging
})

t.test('sharing: one process for everybody, for each token, or for each connection', async t => {
  const rig = await startRig(
    t,
    ['shared', 'client', 'session'].map(share => unrulyTable(share, `share = "${share}"`)).join(''),
  )
  const { secret } = await rig.token('another')
  const [one, again, other] = [
    await rig.connect(),
    await rig.connect(),
    await rig.connect({ bearer: secret }),
  ]
  const pids = async (server: string) =>
    await Promise.all(
      [one, again, other].map(async client => JSON.parse((await call(client, `${server}_facts`)).text).pid),
    )
  t.equal(new Set(await pids('shared')).size, 1)
  const [first, second, third] = await pids('client')
  t.equal(first, second)
  t.not(first, third)
  t.equal(new Set(await pids('session')).size, 3)
  const instances = async (server: string, bearer = rig.secret) =>
    (await rig.server(server, bearer)).instances.length
  t.same([await instances('shared'), await instances('client'), await instances('session')], [1, 1, 2])
  t.same(
    [
      await instances('shared', secret),
      await instances('client', secret),
      await instances('session', secret),
    ],
    [1, 1, 1],
    'of those of others nothing is told',
  )
  await (one.transport as unknown as { terminateSession(): Promise<void> }).terminateSession()
  await until('its server has gone with it', async () => (await instances('session')) === 1)
})

t.test('one server alone has names without its own, at an address of its own', async t => {
  const rig = await startRig(t, `${unrulyTable('one')}${unrulyTable('two')}`)
  const client = await rig.connect({ path: '/servers/one/mcp' })
  const names = await toolNames(client)
  t.ok(names.includes('echo'))
  t.match(await call(client, 'echo', { text: 'x' }), { failed: false })
  t.match((await client.listResources()).resources, [{ uri: 'note://one' }])
  t.match(await client.readResource({ uri: 'note://one' }), { contents: [{ uri: 'note://one' }] })
  await t.rejects(rig.connect({ path: '/servers/three/mcp' }), /404|served at/)
})
