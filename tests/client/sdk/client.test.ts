import { once } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import { type Client, createClient } from '../../../client/sdk/client.ts'
import type { CommandId, SessionId } from '../../../services/contract/ids.ts'
import type { LogMessage } from '../../../services/contract/log-message.ts'
import { command, end, output, page, repository, session, state } from '../samples.ts'
import { type Handlers, Refusal, standIn } from '../stand-in-server.ts'

const rig = async (
  t: { teardown(ends: () => Promise<void>): void },
  handlers: Handlers,
  options: { token?: string; path?: string } = {},
) => {
  const server = await standIn(handlers)
  const client = createClient({ baseUrl: server.url, ...options })
  t.teardown(async () => {
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  return { server, client }
}

t.test('calls are typed by the contract, by name and grouped', async t => {
  const { server, client } = await rig(
    t,
    { 'sessions.create': () => session(), 'repositories.list': () => page(repository()) },
    { token: 'secret' },
  )
  const made = await client.call('sessions.create', { repository: 'demo', commands: ['make'] })
  const id: SessionId = made.id
  t.equal(id, 'ses_0123456789ab')
  t.same(await client.repositories.list(), page(repository()))
  t.same(server.received, [
    {
      name: 'sessions.create',
      input: {
        repository: 'demo',
        commands: ['make'],
        secrets: {},
        artifacts: [],
        offline: false,
        three_way: false,
        wait: 0,
      },
      authorization: 'Bearer secret',
    },
    { name: 'repositories.list', input: { limit: 50 }, authorization: 'Bearer secret' },
  ])
})

t.test('what the types must refuse', async t => {
  // Never called: the compiler checks the bodies, and that every expected error is one.
  const refused = (client: Client) => [
    // @ts-expect-error: an unknown operation
    () => client.call('sessions.frobnicate', {}),
    // @ts-expect-error: a required field is missing
    () => client.sessions.create({}),
    // @ts-expect-error: a field that the operation does not have
    () => client.sessions.get({ session: '@last', follow: true }),
    // @ts-expect-error: a stream is not a call
    () => client.call('sessions.logs', { session: '@last' }),
    // @ts-expect-error: the id of a session is not that of a command
    async (): Promise<CommandId> => (await client.sessions.get({ session: '@last' })).id,
  ]
  t.equal(refused.length, 1)
})

t.test('a path in front of the API is kept', async t => {
  const { server } = await rig(t, {})
  await using client = createClient({ baseUrl: `${server.url}/api/` })
  await t.rejects(client.server.health(), { code: 'not_found', detail: 'GET /api/healthz' })
})

t.test('a refusal is a ProblemError that carries the document', async t => {
  const { client } = await rig(t, {
    'sessions.get': () => {
      throw new Refusal('session_not_found', 'no session ses_0')
    },
  })
  await t.rejects(client.sessions.get({ session: 'ses_0' }), {
    name: 'ProblemError',
    message: 'no session ses_0',
    code: 'session_not_found',
    status: 404,
    problem: { type: 'urn:debug-server:problem:session_not_found', title: 'No such session' },
  })
  await t.rejects(client.sessions.get({ session: 'nonsense!' }), {
    code: 'invalid_input',
    errors: [{ path: 'session', message: /expected an id/ }],
  })
})

t.test('an answer that does not follow the contract is named as such', async t => {
  const { client } = await rig(t, {
    'sessions.get': (_, { response }) => void response.end('{"id":"ses_0123456789ab","status":"sleeping"}'),
    'server.whoami': (_, { response }) => void response.end('<html>'),
    'tokens.list': (_, { response }) => void response.writeHead(502).end('Bad gateway'),
  })
  await t.rejects(client.sessions.get({ session: '@last' }), {
    name: 'ConnectionError',
    kind: 'unexpected_answer',
    message: /does not follow the contract \(.*status/,
  })
  await t.rejects(client.server.whoami(), { name: 'ConnectionError', kind: 'unexpected_answer' })
  await t.rejects(client.tokens.list(), {
    name: 'ConnectionError',
    kind: 'unexpected_answer',
    message: /status 502/,
  })
})

t.test('a server that is not there, or no HTTP server', async t => {
  const silent = createServer(socket => {
    socket.on('error', () => {}).resume()
    socket.write('SSH-2.0-OpenSSH_9.2\r\n')
  }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const baseUrl = `http://127.0.0.1:${address.port}`
  await using client = createClient({ baseUrl })
  await t.rejects(client.server.health(), {
    name: 'ConnectionError',
    kind: 'unexpected_answer',
    message: /does not speak HTTP/,
  })
  silent.close()
  await once(silent, 'close')
  await t.rejects(client.server.health(), {
    name: 'ConnectionError',
    kind: 'unreachable',
    baseUrl,
    message: `${baseUrl}: nothing listens there (connection refused)`,
    fix: /check that the server is up/,
  })
})

t.test('a connection that breaks in a call leaves open whether it was done', async t => {
  const { client } = await rig(t, {
    'debug.continue': (_, { request }) => void request.socket.destroy(),
  })
  await t.rejects(client.debug.continue({ session: '@last' }), {
    name: 'ConnectionError',
    kind: 'dropped',
    fix: /may have done what was asked: look before you ask again/,
  })
})

t.test('an abort ends a call and rejects with its own reason', async t => {
  const asked = Promise.withResolvers<void>()
  const { client } = await rig(t, { 'sessions.get': () => void asked.resolve() })
  const controller = new AbortController()
  const call = client.sessions.get({ session: '@last', wait: 60 }, { signal: controller.signal })
  await asked.promise
  const reason = new Error('enough')
  controller.abort(reason)
  await t.rejects(call, reason)
})

t.test("the client's own signal ends its calls and its streams", async t => {
  const server = await standIn({
    'sessions.logs': (_, { response }) => void response.write(`${JSON.stringify(state('running'))}\n`),
  })
  t.teardown(() => server[Symbol.asyncDispose]())
  const controller = new AbortController()
  await using client = createClient({ baseUrl: server.url, signal: controller.signal })
  const reason = new Error('shutting down')
  const follow = async () => {
    for await (const _ of client.sessions.logs({ session: 'ses_0123456789ab', follow: true }))
      controller.abort(reason)
  }
  await t.rejects(follow(), reason)
  await t.rejects(client.server.health(), reason)
})

t.test('a log goes on over broken connections, byte for byte', async t => {
  const send = (...messages: LogMessage[]) => messages.map(message => `${JSON.stringify(message)}\n`).join('')
  const { server, client } = await rig(t, {
    'sessions.get': () => session(),
    'sessions.logs': ({ offset }, { response, index }) => {
      if (index === 0) {
        response.write(`${send(output(3, 'abc'))}{"type":"out`, () => response.destroy())
      } else if (index === 1) {
        response.end(send(output(Number(offset), 'de'), state('succeeded', 0), end()))
      }
      return undefined
    },
  })
  const text: string[] = []
  for await (const message of client.sessions.logs({
    session: '@last',
    command: 'cmd_0123456789ab',
    stream: 'stdout',
    offset: 3,
  }))
    text.push('text' in message ? message.text : message.type)
  t.same(text, ['abc', 'de', 'command', 'end'])
  t.same(
    server.received.map(({ name, input }) => [name, input.session, input.offset]),
    [
      ['sessions.get', '@last', undefined],
      ['sessions.logs', 'ses_0123456789ab', 3],
      ['sessions.logs', 'ses_0123456789ab', 6],
    ],
    '@last is resolved once, before it could mean another session',
  )
})

t.test('leaving a stream closes its connection', async t => {
  const closed = Promise.withResolvers<void>()
  const { client } = await rig(t, {
    'sessions.logs': (_, { response }) => {
      response.on('close', closed.resolve)
      response.write(`${JSON.stringify(state('running'))}\n`)
      return undefined
    },
  })
  for await (const message of client.sessions.logs({ session: 'ses_0123456789ab', follow: true })) {
    t.equal(message.type, 'command')
    break
  }
  await closed.promise
})

t.test('a stream that is refused rejects like a call', async t => {
  const { client } = await rig(t, {
    'sessions.logs': () => {
      throw new Refusal('offset_out_of_range', 'the log has 3 bytes')
    },
  })
  const read = async () => {
    for await (const _ of client.sessions.logs({ session: 'ses_0123456789ab' })) t.fail('a message')
  }
  await t.rejects(read(), { name: 'ProblemError', code: 'offset_out_of_range' })
})

t.test('bad options are refused at once', t => {
  t.throws(() => createClient({ baseUrl: 'localhost:8000' }), /baseUrl "localhost:8000": expected an address/)
  t.throws(() => createClient({ baseUrl: 'http://x', token: 'a\r\nb: c' }), /printable ASCII/)
  t.end()
})

t.test('a command with nothing to say', async t => {
  const { client } = await rig(t, {
    'commands.cancel': () => command({ status: 'cancelled', exit_code: null }),
  })
  t.match(await client.commands.cancel({ command: 'cmd_0' }), { status: 'cancelled' })
})
