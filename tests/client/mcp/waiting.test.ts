import t from 'tap'
import type { DebugSession } from '../../../services/contract/debug-resources.ts'
import type { Command, Session } from '../../../services/contract/resources.ts'
import { until } from '../../until.ts'
import { command, debugEnded, debugSession, end, output, page, repository, session } from '../samples.ts'
import type { Handlers } from '../stand-in-server.ts'
import { inProcess } from './in-process.ts'
import { sendRange } from './send-range.ts'

t.setTimeout(120_000)

/** Answers of one thing as it changes: each is given once, the last for ever. */
const turns = <Thing>(...things: readonly Thing[]) => {
  let at = 0
  return (): Thing => {
    const thing = things[Math.min(at, things.length - 1)]
    at += 1
    if (thing === undefined) throw new Error('nothing to answer')
    return thing
  }
}

const commands = (...statuses: readonly Command['status'][]) =>
  turns(...statuses.map(status => command({ status })))
const sessions = (...statuses: readonly Session['status'][]) =>
  turns(...statuses.map(status => session({ status })))
const debuggees = (...all: readonly DebugSession[]) => turns(...all)
const going = debugSession({ status: 'running', stop: null })

t.test('a call that waits tells where it is, and begins its work once', async t => {
  const run = commands('queued', 'running', 'running', 'succeeded')
  const { server, client } = await inProcess(t, { 'commands.run': run, 'commands.get': run })
  const told: unknown[] = []
  const { structuredContent } = await client.callTool(
    { name: 'command_run', arguments: { session: '@last', command: 'make', wait: 7 } },
    undefined,
    { onprogress: progress => told.push(progress) },
  )
  t.match(structuredContent, { status: 'succeeded' })
  const { id } = command()
  t.same(told, [
    { progress: 2, total: 7, message: `the command ${id} is queued` },
    { progress: 4, total: 7, message: `the command ${id} is running` },
    { progress: 6, total: 7, message: `the command ${id} is running` },
  ])
  t.same(
    server.received.map(({ name, input }) => [name, input.wait]),
    [
      ['commands.run', 2],
      ['commands.get', 2],
      ['commands.get', 2],
      ['commands.get', 1],
    ],
  )
})

t.test('when its time is over it answers with what there is', async t => {
  const { server, client } = await inProcess(t, {
    'sessions.create': sessions('pending'),
    'sessions.get': sessions('starting'),
  })
  const call = { name: 'session_create', arguments: { repository: 'demo', wait: 5 } }
  const { structuredContent } = await client.callTool(call, undefined, { onprogress: () => {} })
  t.match(structuredContent, { status: 'starting' })
  t.same(
    server.received.map(({ input }) => input.wait),
    [2, 2, 1],
  )
})

/** Every tool that waits, with what it is asked and what the server says of it one after the other. */
const waiting: readonly [tool: string, input: Record<string, unknown>, handlers: Handlers][] = [
  (() => {
    const add = turns(repository({ status: 'pending' }), repository())
    return [
      'repository_init',
      { url: 'https://x.org/a.git' },
      { 'repositories.add': add, 'repositories.get': add },
    ]
  })(),
  (() => {
    const create = sessions('starting', 'running')
    return ['session_create', { repository: 'demo' }, { 'sessions.create': create, 'sessions.get': create }]
  })(),
  ['session_info', { session: '@last', wait: 20 }, { 'sessions.get': sessions('starting', 'running') }],
  (() => {
    const stop = sessions('stopping', 'stopped')
    return ['session_stop', { session: '@last' }, { 'sessions.stop': stop, 'sessions.get': stop }]
  })(),
  (() => {
    const resume = sessions('starting', 'failed')
    return ['session_resume', { session: '@last' }, { 'sessions.resume': resume, 'sessions.get': resume }]
  })(),
  ['command_info', { command: command().id, wait: 20 }, { 'commands.get': commands('running', 'failed') }],
  (() => {
    const cancel = commands('running', 'cancelled')
    return [
      'command_cancel',
      { command: command().id },
      { 'commands.cancel': cancel, 'commands.get': cancel },
    ]
  })(),
  (() => {
    const rerun = commands('queued', 'succeeded')
    return ['command_rerun', { command: command().id }, { 'commands.rerun': rerun, 'commands.get': rerun }]
  })(),
  (() => {
    const launch = debuggees(debugSession({ status: 'launching', stop: null }), debugSession())
    return [
      'debug_launch',
      { session: '@last', python: 'a.py' },
      { 'debug.launch': launch, 'debug.status': launch },
    ]
  })(),
  ['debug_status', { session: '@last', wait: 20 }, { 'debug.status': debuggees(going, debugSession()) }],
  ...(['continue', 'next', 'step_in', 'step_out', 'pause'] as const).map(
    (verb): [string, Record<string, unknown>, Handlers] => {
      const go = debuggees(going, debugSession())
      return [`debug_${verb}`, { session: '@last' }, { [`debug.${verb}`]: go, 'debug.status': go }]
    },
  ),
  ['debug_terminate', { session: '@last' }, { 'debug.terminate': debuggees(debugSession(), debugEnded()) }],
]

for (const [name, input, handlers] of waiting)
  t.test(`${name} tells where it is`, async t => {
    const { client, server, bugs } = await inProcess(t, handlers)
    const told: unknown[] = []
    const result = await client.callTool({ name, arguments: input }, undefined, {
      onprogress: progress => told.push(progress),
    })
    t.notOk(result.isError, JSON.stringify(result.content))
    t.match(told, [{ progress: 2, message: /^the \w+ \w+ is \w+$/ }])
    t.equal(server.received.length, 2)
    t.same(bugs, [])
  })

t.test('each call that waits can be given up: its request to the server ends', async t => {
  let asked = Promise.withResolvers<void>()
  let closed = Promise.withResolvers<void>()
  const silent: Handlers[keyof Handlers] = (_, { response }) => {
    response.once('close', () => closed.resolve())
    asked.resolve()
    return undefined
  }
  const operations = waiting.flatMap(([, , handlers]) => Object.keys(handlers).slice(0, 1))
  const { client, bugs } = await inProcess(t, Object.fromEntries(operations.map(name => [name, silent])))
  for (const [name, input] of waiting) {
    asked = Promise.withResolvers()
    closed = Promise.withResolvers()
    const caller = new AbortController()
    const running = client.callTool({ name, arguments: input }, undefined, { signal: caller.signal })
    await asked.promise
    caller.abort()
    await t.rejects(running, name)
    await closed.promise
  }
  t.same(bugs, [])
})

t.test('of a flood of calls as many are begun as may be, and the others are told so', async t => {
  let asked = 0
  const all = Promise.withResolvers<void>()
  const { client, bugs } = await inProcess(t, {
    'debug.continue': () => {
      asked += 1
      if (asked === 64) all.resolve()
      return undefined
    },
    'sessions.get': () => session(),
  })
  const caller = new AbortController()
  const endless = { name: 'debug_continue', arguments: { session: '@last' } }
  const running = Array.from({ length: 64 }, () =>
    client.callTool(endless, undefined, { signal: caller.signal }).catch(() => {}),
  )
  await all.promise
  t.match(await client.callTool(endless), {
    isError: true,
    content: [{ text: /^too_many_calls: 64 calls are in progress.*\nfix: wait/ }],
  })
  await t.rejects(client.listResources(), { message: /too_many_calls: / })
  caller.abort()
  await Promise.all(running)
  await until('there is room again', async () => {
    const { isError } = await client.callTool({ name: 'session_info', arguments: { session: '@last' } })
    return isError !== true
  })
  t.equal(asked, 64)
  t.same(bugs, [])
})

t.test('a log that is followed can be given up', async t => {
  const following = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const { client, bugs } = await inProcess(t, {
    'commands.list': () => page(command({ status: 'running' })),
    'sessions.get': () => session(),
    'sessions.logs': ({ follow }, exchange) => {
      const { response } = exchange
      if (follow !== true) return void sendRange(Buffer.alloc(0), exchange)
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      response.once('close', () => closed.resolve())
      response.flushHeaders()
      following.resolve()
      return undefined
    },
  })
  const caller = new AbortController()
  const call = { name: 'session_logs', arguments: { session: '@last', follow: true } }
  const running = client.callTool(call, undefined, { signal: caller.signal })
  await following.promise
  caller.abort()
  await t.rejects(running)
  await closed.promise
  t.same(bugs, [])
})

t.test('a log that is followed in vain tells so, and ends with what has come', async t => {
  let more: () => void = () => {}
  const { client, bugs } = await inProcess(t, {
    'commands.list': () => page(command({ status: 'running' })),
    'sessions.get': () => session(),
    'sessions.logs': ({ follow, stream, offset }, exchange) => {
      const { request, response } = exchange
      if (request.headers.range !== undefined) return void sendRange(Buffer.alloc(0), exchange)
      const write = (message: unknown) => response.write(`${JSON.stringify(message)}\n`)
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      const written = more === done && stream === 'stdout'
      if (follow === true) {
        response.flushHeaders()
        if (stream === 'stdout')
          more = () => {
            more = done
            write(output(0, 'at last\n'))
          }
        return undefined
      }
      if (written && offset === 0) write(output(0, 'at last\n'))
      write(end())
      response.end()
      return undefined
    },
  })
  const done = () => {}
  const told: unknown[] = []
  const call = { name: 'session_logs', arguments: { session: '@last', follow: true } }
  const { structuredContent } = await client.callTool(call, undefined, {
    onprogress: progress => {
      told.push(progress)
      if (told.length === 2) more()
    },
  })
  t.same(told, [
    { progress: 2, total: 20, message: `the command ${command().id} has written nothing more` },
    { progress: 4, total: 20, message: `the command ${command().id} has written nothing more` },
  ])
  t.match(structuredContent, { messages: [{ text: 'at last\n' }, { status: 'running' }], cursor: /stdout=8/ })
  t.same(bugs, [])
})
