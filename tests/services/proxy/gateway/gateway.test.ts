import { once } from 'node:events'
import { request } from 'node:http'
import t from 'tap'
import { identify, isAlive } from '../../../../lib/processes/identity.ts'
import { until } from '../../../until.ts'
import { call, startRig, toolNames, unrulyTable } from './rig.ts'

t.setTimeout(240_000)

const facts = (
  text: string,
): { pid: number; env: Record<string, string>; cwd: string; cancelled: unknown[] } => JSON.parse(text)

t.test(
  'tools of several servers have their server in front, and nothing starts before it is asked for',
  async t => {
    const rig = await startRig(
      t,
      `${unrulyTable('one')}${unrulyTable('two_b', 'allow = ["echo", "f*"]\nblock = ["flood"]')}`,
    )
    await fetch(`${rig.proxy.url}/healthz`)
    t.equal(rig.opens(), 0, 'a proxy that nobody asks for MCP loads none of it')
    t.same(
      (await rig.readiness()).servers.map(({ name, state }) => [name, state]),
      [
        ['one', 'unmet'],
        ['two_b', 'unmet'],
      ],
    )
    const client = await rig.connect()
    const names = await toolNames(client)
    t.ok(names.includes('one_echo') && names.includes('one_hang'))
    t.same(
      names.filter(name => name.startsWith('two_b')),
      ['two_b_echo', 'two_b_facts'],
    )
    const input = { text: 'hello', list: [1, { a: null }] }
    t.match(await call(client, 'two_b_echo', input), { failed: false, result: { structuredContent: input } })
    const blocked = await call(client, 'two_b_flood', {})
    t.match(blocked, { failed: true, text: /there is no tool "two_b_flood"; did you mean/ })
    t.equal((await rig.server('one')).state, 'ready')
  },
)

t.test('a program gets the variables that are named and nothing else of the proxy', async t => {
  const environment = { ...process.env, SECRET_OF_THE_PROXY: 'x', WANTED: 'y', NAME: 'z' }
  const rig = await startRig(
    t,
    unrulyTable('one', 'pass_env = ["WANTED"]\nenv = { GREETING = "hello $NAME" }\ncwd = "config"'),
    { environment },
  )
  const client = await rig.connect()
  const { env, cwd } = facts((await call(client, 'one_facts')).text)
  t.match(env, { WANTED: 'y', GREETING: 'hello z', PATH: process.env.PATH ?? '' })
  t.equal(env.SECRET_OF_THE_PROXY, undefined)
  t.match(cwd, /config$/)
})

t.test('a variable that is not set keeps one server away, and says so', async t => {
  const rig = await startRig(t, `${unrulyTable('one', 'env = { A = "$NOT_SET_HERE" }')}${unrulyTable('two')}`)
  const client = await rig.connect()
  const names = await toolNames(client)
  t.ok(names.includes('two_echo') && !names.includes('one_echo'))
  t.match(await rig.server('one'), {
    reason: /env\.A of the server one: the variable NOT_SET_HERE is not set/,
  })
  // Nobody knows what it offers, so nobody says that it has no such tool.
  t.match(await call(client, 'one_echo'), { failed: true, text: /env\.A of the server one/ })
  t.match(await call(client, 'two_no_such'), { failed: true, text: /there is no tool "two_no_such"/ })
})

t.test('who asks has to be one of ours: host, origin, token, scope', async t => {
  const rig = await startRig(
    t,
    `[gateway]\nhosts = ["mcp.example.org"]\norigins = ["https://agent.example.org"]`,
  )
  const other = await rig.token('no-scope', ['sessions:read'])
  const message = { jsonrpc: '2.0', id: 1, method: 'initialize' }
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  const ask = async (headers: Record<string, string>) => {
    const { request } = await import('undici')
    const answer = await request(`${rig.proxy.url}/mcp`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        ...{ authorization: `Bearer ${rig.secret}`, ...headers },
      },
      body: JSON.stringify({ ...message, params }),
    })
    return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers }
  }
  t.equal((await ask({})).status, 200)
  t.equal((await ask({ host: 'localhost:9090' })).status, 200)
  t.equal((await ask({ host: 'MCP.example.org' })).status, 200)
  t.equal((await ask({ origin: 'https://agent.example.org' })).status, 200)
  t.match(await ask({ host: 'evil.example.org' }), { status: 403, text: /Host.*gateway\.hosts/ })
  t.match(await ask({ host: '127.0.0.1.evil.example.org' }), { status: 403 })
  t.match(await ask({ origin: 'https://evil.example.org' }), {
    status: 403,
    text: /Origin.*gateway\.origins/,
  })
  t.match(await ask({ origin: 'null' }), { status: 403 })
  t.match(await ask({ authorization: `Bearer ${other.secret}` }), { status: 403, text: /scope mcp/ })
  t.match(await ask({ authorization: `Bearer ${rig.secret}x` }), { status: 401, text: /not valid/ })
  t.match(await ask({ authorization: '' }), { status: 401, headers: { 'www-authenticate': /^Bearer/ } })
  const all = await Promise.all(Array.from({ length: 40 }, () => ask({ authorization: 'Bearer wrong' })))
  t.match(all.at(-1), { status: 429, headers: { 'retry-after': /\d/ } })
  t.equal((await ask({})).status, 200, 'who has a token is not held up by who has none')
})

t.test('who waits until the message is wanted is told so, once it is known who asks', async t => {
  const rig = await startRig(t, '')
  const ask = (secret: string) =>
    request(`${rig.proxy.url}/mcp`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${secret}`, expect: '100-continue' },
        ...{ accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
      },
    }).on('error', () => {})
  const refused = ask('dst_no')
  refused.once('continue', () => t.fail('a message of nobody is not wanted'))
  const [refusal] = await once(refused, 'response')
  t.equal(refusal.statusCode, 401)
  const asking = ask(rig.secret)
  await once(asking, 'continue')
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  asking.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }))
  const [answer] = await once(asking, 'response')
  t.equal(answer.statusCode, 200)
  answer.destroy()
})

t.test('a token that names servers opens those alone', async t => {
  const composite = (name: string, operations: Record<string, string>) =>
    Object.entries(operations).reduce(
      (text, [word, server]) =>
        `${text}[composites.${name}.operations.${word}]\nserver = "${server}"\ntool = "echo"\n`,
      `[composites.${name}]\ndescription = "x"\nhide_tools = false\n`,
    )
  const composites = `${composite('other', { a: 'two' })}${composite('both', { a: 'two', b: 'one' })}`
  const rig = await startRig(t, `${unrulyTable('one')}${unrulyTable('two')}${composites}`)
  const { secret } = await rig.token('narrow', ['mcp'], ['one'])
  const client = await rig.connect({ bearer: secret })
  t.same(
    (await toolNames(client)).filter(name => !name.startsWith('one_')),
    ['both'],
  )
  for (const name of ['two_facts', 'other'])
    t.match(await call(client, name, { operation: 'a' }), { failed: true, text: /there is no tool/ })
  t.match(await call(client, 'both', { operation: 'a' }), {
    failed: true,
    text: 'operation "a" is none of: b',
  })
  t.match(await call(client, 'both', { operation: 'b', text: 'x' }), { failed: false })
  t.same(
    (await client.listResources()).resources.map(({ uri }) => uri),
    ['one+note://one'],
  )
  await t.rejects(client.readResource({ uri: 'two+note://one' }), { code: -32_002 })
  await t.rejects(client.getPrompt({ name: 'two_greet' }), /there is no prompt/)
  t.equal((await rig.server('two')).state, 'unmet', 'it was not even started')
  await t.rejects(rig.connect({ path: '/servers/two/mcp', bearer: secret }))
  await rig.connect({ path: '/servers/one/mcp', bearer: secret })
  const told = await fetch(`${rig.proxy.url}/servers`, { headers: { authorization: `Bearer ${secret}` } })
  t.same(
    JSON.parse(await told.text()).servers.map(({ name }: { name: string }) => name),
    ['one'],
  )
})

t.test("one token's session is none to another", async t => {
  const rig = await startRig(t, '')
  const other = await rig.token('other')
  const client = await rig.connect()
  const session = (client.transport as unknown as { sessionId: string }).sessionId
  const ask = async (bearer: string) => {
    const headers = { authorization: `Bearer ${bearer}`, 'mcp-session-id': session }
    const accept = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'ping' })
    const answer = await fetch(`${rig.proxy.url}/mcp`, {
      method: 'POST',
      headers: { ...headers, ...accept },
      body,
    })
    await answer.text()
    return answer.status
  }
  t.equal(await ask(other.secret), 404)
  t.equal(await ask(rig.secret), 200)
})

t.test('one that dies during a call fails that call alone, leaves nothing, and is there again', async t => {
  const rig = await startRig(t, `${unrulyTable('one')}${unrulyTable('two')}`)
  const client = await rig.connect()
  const { pid } = facts((await call(client, 'one_facts')).text)
  const before = identify(pid)
  const hanging = call(client, 'two_facts')
  const died = await call(client, 'one_die')
  t.match(died, {
    failed: true,
    text: /went away during the call \(it ended with exit code 3: out of ideas\)/,
  })
  t.match(died.result._meta, { 'debug-server/error': { reason: 'connection_lost' } })
  t.equal((await hanging).failed, false)
  const again = facts((await call(client, 'one_facts')).text)
  t.not(again.pid, pid)
  t.ok(before !== undefined && !isAlive(before))
  t.match(await rig.server('one'), { state: 'ready', instances: [{ restarts: 1, failures: 0 }] })
})

t.test('one that cannot be started costs no other anything; its tools go, and come back', async t => {
  const lost = '[servers.lost]\ncommand = "sh"\ncwd = "nowhere"\n'
  const rig = await startRig(
    t,
    `${unrulyTable('two')}[servers.one]\ncommand = "/nonexistent/program"\n${lost}`,
  )
  const client = await rig.connect()
  t.ok((await toolNames(client)).every(name => name.startsWith('two_')))
  t.match(
    await until('it has failed', async () => {
      const { reason, instances } = await rig.server('one')
      await toolNames(client)
      return reason !== undefined && instances.some(({ isTripped }) => isTripped) ? { reason } : undefined
    }),
    { reason: /ENOENT/ },
  )
  t.match(await rig.server('lost'), { reason: /there is no directory .*\/nowhere$/ })
  let changes = 0
  const { ToolListChangedNotificationSchema } = await import('@modelcontextprotocol/sdk/types.js')
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++)
  await rig.configure(`${unrulyTable('two')}${unrulyTable('one')}`)
  await until('the client was told', () => changes)
  const names = await until('it is there', async () => {
    const told = await toolNames(client)
    return told.includes('one_echo') ? told : undefined
  })
  t.ok(names.includes('two_echo'))
})

t.test('one that does not come up for a token is not tried again once its last client has gone', async t => {
  const rig = await startRig(t, '[servers.one]\ncommand = "/nonexistent/program"\nshare = "client"\n')
  const [client, other] = [await rig.connect(), await rig.connect()]
  const leave = (one: typeof client) =>
    (one.transport as unknown as { terminateSession(): Promise<void> }).terminateSession()
  const instances = async () => (await rig.server('one')).instances
  await until('it has failed', async () => {
    await toolNames(client)
    return (await instances()).some(({ isTripped }) => isTripped)
  })
  await leave(client)
  t.equal((await instances()).length, 1)
  await leave(other)
  await until('it is given up', async () => (await instances()).length === 0)
})

t.test('what is wrong with the configuration is told, and what was right before goes on', async t => {
  const rig = await startRig(t, unrulyTable('one'))
  const client = await rig.connect()
  t.ok((await toolNames(client)).includes('one_echo'))
  await rig.configure(`${unrulyTable('one')}comand = "x"\n`)
  const { faults } = await until('the fault is known', async () => {
    const told = await rig.readiness()
    return told.faults.length > 0 ? told : undefined
  })
  t.match(faults, [/^config\/mcp\.toml:5: unknown key servers\.one\.comand; did you mean command\?$/])
  t.match(await call(client, 'one_echo', { text: 'x' }), { failed: false })

  const bad = await startRig(t, '[servers.one]\n')
  const answer = await fetch(`${bad.proxy.url}/mcp`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bad.secret}` },
  })
  t.match(await answer.text(), /config\/mcp\.toml:1: servers\.one says not what to start or reach/)
  t.equal(answer.status, 503)
})

t.test('a stop of the proxy ends all that it started', async t => {
  const rig = await startRig(t, unrulyTable('one'))
  const client = await rig.connect()
  const { pid } = facts((await call(client, 'one_facts')).text)
  const process = identify(pid)
  await client.close()
  await rig.proxy[Symbol.asyncDispose]()
  t.ok(process !== undefined && !isAlive(process))
})
