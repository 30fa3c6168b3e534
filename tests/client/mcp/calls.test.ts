import t from 'tap'
import { problemDocument } from '../../../services/contract/problems.ts'
import { at, temporary } from '../cli/rig.ts'
import {
  breakpoint,
  command,
  debugEnded,
  debugSession,
  pageOf,
  repository,
  session,
  stop,
  variable,
} from '../samples.ts'
import { type Handlers, Refusal, standIn } from '../stand-in-server.ts'
import { mostBytes, startMcp, textOf } from './rig.ts'

t.setTimeout(240_000)

type Test = { teardown(ends: () => Promise<void>): void }

/** So many lists, each in another. */
const nested = (depth: number): unknown =>
  Array.from({ length: depth }).reduce<unknown>(inner => [inner], 'x')

const rig = async (t: Test, handlers: Handlers) => {
  const server = await standIn(handlers)
  t.teardown(async () => await server[Symbol.asyncDispose]())
  const mcp = await startMcp({ environment: at(server.url), directory: await temporary(t) })
  t.teardown(async () => await mcp[Symbol.asyncDispose]())
  return { server, mcp }
}

t.test('a tool asks for what the contract says, and waits as an agent wants it to', async t => {
  const { server, mcp } = await rig(t, {
    'repositories.add': () => repository(),
    'sessions.create': () => session(),
    'sessions.get': () => session(),
    'sessions.stop': () => session({ status: 'stopped' }),
    'sessions.delete': () => ({ id: session().id, status: 'deleted' }),
    'commands.run': () => command(),
    'commands.get': () => command(),
    'commands.cancel': () => command(),
    'commands.rerun': () => command(),
    'commands.input': () => ({ taken: 3 }),
    'debug.launch': () => debugSession(),
    'debug.next': () => debugSession(),
    'debug.terminate': () => debugEnded(),
    'debug.evaluate': () => ({ value: '4', truncated: false, type: 'int', reference: 0 }),
  })
  t.same(await mcp.value('repository_init', { url: 'https://example.org/demo.git' }), repository())
  t.same(await mcp.value('session_create', { repository: 'demo', commit: null }), session())
  t.same(await mcp.value('session_info', { session: '@last' }), session())
  t.same(await mcp.value('command_run', { session: '@last', command: 'make' }), command())
  for (const tool of ['command_info', 'command_cancel', 'command_rerun'])
    t.same(await mcp.value(tool, { command: command().id }), command())
  t.same(await mcp.value('command_input', { command: command().id, text: 'ls\n' }), { taken: 3 })
  t.match(await mcp.value('session_stop', { session: '@last' }), { status: 'stopped' })
  t.match(await mcp.value('session_delete', { session: session().id }), { status: 'deleted' })
  t.same(await mcp.value('debug_launch', { session: '@last', python: 'app.py', wait: 5 }), debugSession())
  t.match(await mcp.value('debug_next', { session: '@last' }), { status: 'stopped' })
  t.match(await mcp.value('debug_evaluate', { session: '@last', expression: 'total + 1' }), { value: '4' })
  t.match(await mcp.value('debug_terminate', { session: '@last' }), { end: { reason: 'exited' } })
  t.same(
    server.received.map(({ name, input }) => [name, input.wait]),
    [
      ['repositories.add', 20],
      ['sessions.create', 20],
      ['sessions.get', 0],
      ['commands.run', 30],
      ['commands.get', 0],
      ['commands.cancel', 30],
      ['commands.rerun', 30],
      ['commands.input', undefined],
      ['sessions.stop', 20],
      ['sessions.delete', 20],
      ['debug.launch', 5],
      ['debug.next', 30],
      ['debug.evaluate', undefined],
      ['debug.terminate', 30],
    ],
  )
})

t.test('session_debug is all debugging under one name', async t => {
  const { server, mcp } = await rig(t, {
    'debug.step_in': () => debugSession(),
    'debug.variables': ({ start }) => ({
      variables: [variable({ name: String(start) })],
      total: 2,
      next: start === 0 ? 1 : null,
    }),
  })
  for (const action of ['step_in', 'step-in', 'debug.step_in', 'debug_step_in'])
    t.same(
      await mcp.value('session_debug', { session: '@last', action, payload: { wait: 1 } }),
      debugSession(),
    )
  t.match(server.received[0]?.input, { session: '@last', wait: 1 })
  const { cursor } = await mcp.value('session_debug', { session: '@last', action: 'variables' })
  t.match(await mcp.value('session_debug', { session: '@last', action: 'variables', payload: { cursor } }), {
    variables: [{ name: '1' }],
    next: null,
  })
  for (const [input, text] of [
    [{ session: '@last', action: 'nxt' }, /^invalid_input: action "nxt".*\nfix: did you mean "next"/],
    [{ session: '@last' }, /^invalid_input: action is missing/],
    [{ session: '@last', action: 'next', payload: 'x' }, /payload: expected an object/],
    [{ session: '@last', action: 'next', wait: 3 }, /"wait" is no field of this\nfix: .*payload/],
    [{ session: '@last', action: 'next', payload: { wait: 90 } }, /wait 90: expected 0 to 60/],
  ] as const) {
    const result = await mcp.callTool('session_debug', input)
    t.equal(result.isError, true)
    t.match(textOf(result), text)
  }
})

t.test('bad input is told with its field, and asks nothing of the server', async t => {
  const { server, mcp } = await rig(t, {})
  for (const [tool, input, text] of [
    [
      'debug_launch',
      { session: '@last', python: 'a.py', breakpoints: ['b:1', 'x'] },
      /^invalid_input: breakpoints\.1 "x": expected FILE:LINE/,
    ],
    [
      'debug_launch',
      { session: '@last', pyhton: 'a.py' },
      /"pyhton" is no field.*\nfix: did you mean "python"/,
    ],
    [
      'debug_launch',
      { session: '@last' },
      /python: give what is to run: one of python, module, binary, node, go/,
    ],
    ['debug_launch', { python: 'a.py' }, /session: it is missing/],
    ['debug_stack', { session: '@last', limit: '5' }, /limit "5": expected number, received string/],
    ['session_info', { session: '../etc' }, /session "\.\.\/etc": expected an id/],
    ['debug_luanch', {}, /^unknown_tool: there is no tool "debug_luanch"\nfix: did you mean "debug_launch"/],
    ['debug_stop', {}, /^unknown_tool: .*\nfix: did you mean "debug_terminate"/],
    [
      'session_commands',
      { cursor: 'rest-7' },
      /^cursor_unknown: .*\nfix: call session_commands without a cursor/,
    ],
    ['debug_stack', { cursor: 'debug.stack?session=@last&start=-1' }, /^cursor_unknown/],
    ['debug_stack', { cursor: 'debug.threads?session=@last&start=1' }, /^cursor_unknown/],
    ['session_logs', { cursor: 'x' }, /^cursor_unknown/],
    ['debug_next', { session: '@last', cursor: 'x' }, /^cursor_unknown/],
    ['debug_stack', { session: '@last', cursor: 7 }, /"cursor" is no field of this/],
    [
      'session_info',
      { session: nested(1_000) },
      /^invalid_input: the arguments nest more than 64 deep\nfix: /,
    ],
    [
      'session_debug',
      { session: '@last', action: nested(1_000) },
      /^invalid_input: .* nest more than 64 deep/,
    ],
    ['session_info', { session: nested(60) }, /^invalid_input: session \[{59}…: expected string/],
  ] as const) {
    const result = await mcp.callTool(tool, input)
    t.equal(result.isError, true, tool)
    t.match(textOf(result), text)
  }
  t.same(server.received, [])
})

t.test('what the server refuses says what to do next', async t => {
  const { mcp } = await rig(t, {
    'debug.variables': () => {
      throw new Refusal('debuggee_running', 'the debuggee is running')
    },
    'sessions.get': () => {
      throw new Refusal('unauthenticated', 'no such token')
    },
    'debug.evaluate': () => {
      throw new Refusal('evaluation_failed', `NameError: ${'x'.repeat(20_000)}`)
    },
  })
  t.equal(
    textOf(await mcp.callTool('debug_variables', { session: '@last' })),
    'debuggee_running: the debuggee is running\nfix: wait for a stop with debug_status and wait, or stop it with debug_pause',
  )
  t.match(
    textOf(await mcp.callTool('session_info', { session: '@last' })),
    /the token of DEBUG_SERVER_TOKEN is unknown/,
  )
  const long = textOf(await mcp.callTool('debug_evaluate', { session: '@last', expression: 'x' }))
  t.match(long, /^evaluation_failed: NameError: x+…\nfix: debug_variables/)
  t.ok(Buffer.byteLength(long) < mostBytes)
})

t.test('a server that is too busy is asked again', async t => {
  const { server, mcp } = await rig(t, {
    'sessions.get': (_, { response, index }) => {
      if (index > 0) return session()
      const problem = problemDocument('rate_limited', 'too many requests')
      response.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '0' })
      response.end(JSON.stringify(problem))
      return undefined
    },
  })
  t.same(await mcp.value('session_info', { session: '@last' }), session())
  t.equal(server.received.length, 2)
})

t.test('what does not fit comes in parts that together are whole', async t => {
  const variables = Array.from({ length: 10_000 }, (_, i) =>
    variable({ name: `v${i}`, value: i % 100 === 0 ? '\u0007é'.repeat(900) : String(i) }),
  )
  const commands = Array.from({ length: 300 }, (_, i) =>
    command({ sequence: i + 1, command: ['echo', 'é'.repeat(i)] }),
  )
  const breakpoints = Array.from({ length: 500 }, (_, i) => breakpoint({ id: i + 1, line: i + 1 }))
  const { mcp } = await rig(t, {
    'debug.variables': ({ start, limit }) => {
      const from = Number(start)
      const to = from + Number(limit)
      return {
        variables: variables.slice(from, to),
        total: variables.length,
        next: to < variables.length ? to : null,
      }
    },
    'commands.list': input => pageOf(commands, input),
    'debug.break': () => breakpoints,
    'debug.stack': () => ({
      thread: 1,
      frames: [{ index: 0, name: 'f', file: 'min.js', line: 1, column: 1, source: 'x'.repeat(100_000) }],
      total: 1,
      next: null,
    }),
    'debug.status': () => debugSession({ breakpoints, stop: stop({ text: 'e'.repeat(50_000) }) }),
  })
  const all = async (tool: string, key: string, input = {}) =>
    (await mcp.parts(tool, { session: '@last', ...input })).flatMap(part => part[key])
  const read = await all('debug_variables', 'variables', { limit: 1_000 })
  t.same(read, variables, 'each variable once, in order')
  t.same(await all('session_commands', 'result'), commands)
  t.same(await all('debug_break', 'result'), breakpoints)
  const stack = await mcp.value('debug_stack', { session: '@last' })
  t.match(stack, { frames: [{ source: /^x+…$/ }] })
  t.same(stack.shortened, ['source'])
  const status = await mcp.value('debug_status', { session: '@last' })
  t.match(status, { status: 'stopped', stop: { text: /^e+…$/ } })
  t.same(status.shortened, ['stop.text', 'breakpoints'])
})

t.test('a cursor stays with its debug session when a later one is begun', async t => {
  const { server, mcp } = await rig(t, {
    'debug.status': () => debugSession(),
    'debug.variables': ({ start }) => ({
      variables: [variable({ name: String(start) })],
      total: 2,
      next: start === 0 ? 1 : null,
    }),
    'debug.output': ({ stdout }) => ({
      command: debugSession().command,
      chunks: [],
      messages: [],
      next: { stdout: Number(stdout), stderr: 0, messages: 0 },
      complete: false,
    }),
  })
  const { id: debug, session } = debugSession()
  for (const tool of ['debug_variables', 'debug_output']) {
    const { cursor } = await mcp.value(tool, { session: '@last' })
    await mcp.value(tool, { cursor })
    t.match(server.received.at(-1)?.input, { session, debug })
  }
  t.equal(server.received.filter(({ name }) => name === 'debug.status').length, 2, 'found out once for each')
})

t.test('the rests of lists are kept for a while', async t => {
  const { mcp } = await rig(t, {
    'debug.break': () => Array.from({ length: 300 }, () => breakpoint()),
  })
  const first = (await mcp.value('debug_break', { session: '@last' })).cursor ?? ''
  t.ok(await mcp.value('debug_break', { cursor: first }))
  t.same(
    await mcp.value('debug_break', { cursor: first, session: '@last' }),
    { ...(await mcp.value('debug_break', { cursor: first })), cursor: 'rest-3' },
    'a call may be repeated',
  )
  t.match(
    textOf(await mcp.callTool('debug_scopes', { cursor: first })),
    /^cursor_unknown/,
    'it is of its tool',
  )
  for (let i = 0; i < 32; i += 1) await mcp.value('debug_break', { session: '@last' })
  t.match(textOf(await mcp.callTool('debug_break', { cursor: first })), /^cursor_unknown/)
})

t.test('a call that its client gives up is given up, and its answer is not sent', async t => {
  const asked = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const { mcp } = await rig(t, {
    'debug.continue': (_, { response }) => {
      response.once('close', () => closed.resolve())
      asked.resolve()
      return undefined
    },
    'sessions.get': () => session(),
  })
  const caller = new AbortController()
  const running = mcp.callTool('debug_continue', { session: '@last' }, caller.signal)
  await asked.promise
  caller.abort()
  await t.rejects(running)
  await closed.promise
  t.match(await mcp.value('session_info', { session: '@last' }), { status: 'running' }, 'the server goes on')
  t.equal(mcp.stderr(), '')
})

t.test('it ends with its input, with what is in progress, and leaves nothing', async t => {
  const asked = Promise.withResolvers<void>()
  const { mcp } = await rig(t, {
    'debug.continue': () => {
      asked.resolve()
      return undefined
    },
  })
  const running = mcp.callTool('debug_continue', { session: '@last' })
  running.catch(() => {})
  await asked.promise
  const { pid } = mcp
  await mcp[Symbol.asyncDispose]()
  t.ok(pid)
  t.throws(() => process.kill(pid ?? 0, 0), { code: 'ESRCH' })
  t.equal(mcp.stderr(), '')
  await t.rejects(running)
})

t.test('without a server every tool says so, and one that comes up is found', async t => {
  const home = await temporary(t)
  await using none = await startMcp({
    environment: { DEBUG_SERVER_HOME: home },
    directory: home,
    args: ['--token', 'x'],
  })
  const absent = await none.callTool('session_info', { session: '@last' })
  t.equal(absent.isError, true)
  // At the default address there may be a server of whoever runs this, which takes no such token.
  t.match(textOf(absent), /^(?:not_configured: no server configured|unreachable: |unauthenticated: )/)
  await using lost = await startMcp({ environment: at('http://127.0.0.1:1'), directory: home })
  t.match(
    textOf(await lost.callTool('session_info', { session: '@last' })),
    /^unreachable: the Debug Server cannot be reached: http:\/\/127\.0\.0\.1:1: nothing listens there.*\nfix: /,
  )
  await using nobody = await startMcp({
    environment: { DEBUG_SERVER_HOME: home, DEBUG_SERVER_URL: 'http://127.0.0.1:1' },
    directory: home,
  })
  t.match(
    textOf(await nobody.callTool('session_info', { session: '@last' })),
    /^no_token: .*\nfix: sign in .*, give --token/,
  )
  await using wrong = await startMcp({ environment: at('ftp://x'), directory: home })
  t.match(
    textOf(await wrong.callTool('session_info', { session: '@last' })),
    /^usage: DEBUG_SERVER_URL "ftp:\/\/x"/,
  )
})
