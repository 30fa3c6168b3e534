import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import t from 'tap'
import { createManagerServer } from '../../../../client/manager/server/manager-server.ts'
import { calledWith, manageTool } from '../../../../client/manager/server/tool.ts'
import { npmRegistry } from '../npm-registry.ts'
import { makeRoot } from '../rig.ts'

t.test('parameters may stand beside the operation, or be JSON in a text; null is nothing', t => {
  const called = { operation: 'remove_server', params: { name: 'x' } }
  t.same(calledWith({ operation: 'remove_server', params: { name: 'x', dry_run: null } }), called)
  t.same(calledWith({ operation: 'remove_server', name: 'x', dry_run: null }), called)
  t.same(calledWith({ operation: 'remove_server', params: '{"name":"x"}' }), called)
  t.same(calledWith({ operation: 'run_reconciler', params: null }), {
    operation: 'run_reconciler',
    params: {},
  })
  t.same(calledWith({ operation: 'run_reconciler', params: [1] }), {
    operation: 'run_reconciler',
    params: [1],
  })
  t.equal(calledWith({ operation: 1 }), undefined)
  t.end()
})

t.test('the tool tells every operation and its parameters in one schema that agents take', t => {
  const { inputSchema, description, outputSchema } = manageTool()
  t.match(inputSchema.properties?.operation, {
    enum: [
      'list_discovered_servers',
      'discover_servers',
      'install_server',
      'remove_server',
      'refresh_discovery',
      'run_reconciler',
    ],
  })
  const { properties } = Object(Object(inputSchema.properties).params)
  for (const name of [
    'query',
    'tags',
    'preset',
    'limit',
    'min_score',
    'append',
    'dry_run',
    'descriptor',
    'target_name',
    'options',
    'force',
    'force_restart',
    'source_path',
  ])
    t.ok(Object.hasOwn(properties, name), name)
  t.match(description, /- install_server\(name, descriptor, /)
  t.equal(outputSchema?.type, 'object')
  t.end()
})

t.test('each answer is the same envelope, as text and as data; what went wrong is a failure', async t => {
  const { root } = await makeRoot(t, { 'config/mcp.toml': '' })
  const npm = await npmRegistry(t, [{ name: 'x', version: '1.0.0', manifest: { bin: 'x.js' } }])
  const reported: unknown[] = []
  const server = createManagerServer({
    version: '1.2.3',
    place: { root, environment: npm.environment, signal: new AbortController().signal, now: Date.now },
    report: error => void reported.push(error),
    progressEvery: 1,
  })
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  const client = new Client({ name: 'test', version: '1' })
  await Promise.all([server.connect(theirs), client.connect(ours)])
  t.teardown(() => client.close())
  const call = (args: Record<string, unknown>, name = 'manage_servers') =>
    client.callTool({ name, arguments: args })
  const envelope = {
    status: 'ok',
    details: { servers: [], installed: [] },
    files_updated: [],
    commands_run: [],
    warnings: [],
    errors: [],
  }
  const listed = await call({ operation: ' List_Discovered_Servers ' })
  t.match(listed, { isError: false, structuredContent: envelope })
  const [text] = listed.content as { text: string }[]
  t.same(JSON.parse(text?.text ?? ''), listed.structuredContent)
  t.match(await call({ operation: 'remove_server', params: { name: 'x' } }), {
    isError: true,
    structuredContent: { ...envelope, status: 'error', details: {}, errors: [/no server "x" is installed/] },
  })
  t.match(await call({}), {
    isError: true,
    content: [{ text: /operation is missing; it is one of: list_disc/ }],
  })
  await t.rejects(call({}, 'other'), { message: /there is no tool "other"/ })
  const told: (string | undefined)[] = []
  const params = {
    descriptor: { name: 'x', packages: [{ registryType: 'npm', identifier: 'x' }] },
    dry_run: true,
  }
  const asked = { name: 'manage_servers', arguments: { operation: 'install_server', params } }
  const planned = await client.callTool(asked, undefined, {
    onprogress: ({ message }) => void told.push(message),
  })
  t.match(planned, { isError: false })
  t.equal(told[0], 'install_server is at work')
  t.same(reported, [])
})
