import { once } from 'node:events'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import type { DapRequest, ToRunnerDap } from '../../../../services/contract/dap.ts'
import { revokeToken } from '../../../../services/store/tokens.ts'
import { until } from '../../../until.ts'
import { startDebugRig as start } from '../debug-rig.ts'
import { type Person, problemOf } from '../rig.ts'
import { refusalOf } from '../websocket-refusal.ts'
import { agreed, agreeing, at, bearer, editor } from './dap-editor.ts'

t.test('who may open one, and with what query', async t => {
  const rig = await start(t)
  const { launched, bob } = rig
  const debug = await launched()
  const reader = await rig.person('reader', 'debug:read')
  const refused = async (address: string, person?: Person) =>
    problemOf(t, await refusalOf(new WebSocket(address, person === undefined ? {} : bearer(person))))
  t.match(await refused(at(rig)), { status: 401 })
  t.match(await refused(at(rig), bob), { status: 404, code: 'session_not_found' })
  t.match(await refused(at(rig), reader), { status: 404, code: 'session_not_found' })
  t.match(await refused(at(rig), await rig.person('logger', 'sessions:read')), {
    status: 403,
    code: 'insufficient_scope',
  })
  t.match(await refused(at(rig, '?debug=dbg_0000'), rig.alice), { code: 'debug_session_not_found' })
  t.match(await refused(at(rig, '?root=src'), rig.alice), {
    code: 'invalid_input',
    detail: /root: expected an absolute/,
  })
  t.match(await refused(at(rig, '?rot=/src'), rig.alice), { detail: /did you mean "root"/ })
  const heard: ToRunnerDap[] = []
  rig.runner.editor = agreeing(heard)
  const { ask, socket } = await editor(rig, `?debug=${debug.id.slice(0, 12)}&root=/src`, '/api')
  t.match(await ask('initialize'), { success: true })
  t.match(heard[0], {
    type: 'dap_open',
    debug: debug.id,
    root: '/src',
    launches: false,
    by: { user: 'alice' },
  })
  socket.close()
  await until('the end', () => heard.at(-1)?.type === 'dap_close')
})

t.test('who has the role to watch comes as that, and launches nothing', async t => {
  const rig = await start(t)
  const debug = await rig.launched()
  await rig.call('debug.share', { session: rig.session, role: 'watch', user: 'bob' })
  const heard: ToRunnerDap[] = []
  rig.runner.editor = agreeing(heard)
  const { ask, closed } = await editor({ ...rig, alice: rig.bob })
  t.match(await ask('initialize'), { success: true })
  t.match(await ask('launch', { python: 'app.py' }), { success: false, message: /you watch .*: attach/ })
  t.match(await ask('attach'), { success: true })
  t.match(await ask('restart'), { success: false, message: /you watch this debugger/ })
  t.match(heard[0], { type: 'dap_open', debug: debug.id, by: { user: 'bob', role: 'watch' } })
  const { items } = await rig.call('commands.list', { session: rig.session })
  t.equal(items.length, 1)
  await rig.call('debug.unshare', { session: rig.session, share: 'bob' })
  t.same(await closed, [1011, 'problem'], 'whose role is taken back is shown out')
})

t.test('a token that may only look watches, whatever the role of its user', async t => {
  const rig = await start(t)
  await rig.launched()
  const reader = await rig.person('reader', 'debug:read')
  await rig.call('debug.share', { session: rig.session, role: 'control', user: 'reader' })
  const heard: ToRunnerDap[] = []
  rig.runner.editor = agreeing(heard)
  const { ask, socket } = await editor({ ...rig, alice: reader })
  t.match(await ask('initialize'), { success: true })
  t.match(await ask('launch', { python: 'app.py' }), { success: false, message: /you watch .*: attach/ })
  t.match(await ask('attach'), { success: true })
  t.match(heard[0], { type: 'dap_open', by: { user: 'reader', role: 'watch' } })
  socket.close()
  await until('the end', () => heard.at(-1)?.type === 'dap_close')
})

t.test('a ticket opens one', async t => {
  const rig = await start(t)
  const { ticket } = await rig.call('tickets.create', { stream: 'debug', session: rig.session })
  const socket = new WebSocket(at(rig, `?ticket=${ticket}`))
  await once(socket, 'open')
  socket.close()
  const logs = await rig.call('tickets.create', { stream: 'logs', session: rig.session })
  const mismatch = await refusalOf(new WebSocket(at(rig, `?ticket=${logs.ticket}`)))
  t.match(problemOf(t, mismatch), { code: 'ticket_mismatch' })
})

t.test('what is no request is refused, and the connection stays', async t => {
  const rig = await start(t)
  const { socket, said, ask, closed } = await editor(rig)
  const frames = [
    'nonsense',
    '[]',
    '{"seq":7}',
    '{"seq":8,"type":"event","command":"x"}',
    '{"seq":-1,"type":"request"}',
  ]
  for (const frame of [...frames, Buffer.from('{}'), `{"a":${'['.repeat(80)}${']'.repeat(80)}}`]) {
    const before = said.length
    socket.send(frame)
    await until(`an answer to ${frame}`, () => said.length > before)
    t.match(
      said.at(-1),
      { type: 'response', success: false, body: { error: { showUser: true } } },
      `${frame}`,
    )
  }
  t.match(said[2], { request_seq: 7 }, 'what can be read of it is answered to')
  t.match(await ask('threads'), { message: /send attach or launch first/ })
  t.match(await ask('attach'), { message: /has no debug session: launch one/ })
  t.match(await ask('initialize'), { success: true, body: { supportsConfigurationDoneRequest: true } })
  t.match(await ask('launch', { python: 'a.py', nodebug: true }), { message: /nodebug/ })
  t.match(await ask('launch', { python: 'a.py', noDebug: true }), { message: /command run/ })
  t.same(
    said.map(({ seq }) => seq),
    said.map((_, index) => index + 1),
    'each message has its number',
  )
  t.match(await ask('disconnect'), { success: true })
  t.same(await closed, [1000, 'complete'])
})

t.test('a launch is queued as any, with files by their place in the worktree', async t => {
  const rig = await start(t)
  const heard: ToRunnerDap[] = []
  rig.runner.editor = agreeing(heard)
  const { ask } = await editor(rig, '?root=/home/me/src')
  t.match(await ask('initialize', { linesStartAt1: false }), { success: false, message: /start at 1/ })
  await ask('initialize')
  t.match(await ask('restart'), { success: false, message: /send attach or launch first/ })
  const given = { name: 'x', type: 'y', request: 'launch', __sessionId: 'z', directory: '/home/me/src/sub' }
  t.match(await ask('launch', { ...given, python: '/home/me/src/sub/dir/app.py', arguments: ['-v'] }), {
    success: true,
  })
  const { items } = await rig.call('commands.list', { session: rig.session })
  t.match(items[0], { command: ['python3', 'dir/app.py', '-v'], directory: 'sub' })
  t.match(heard[0], { type: 'dap_open', launches: true })
  t.match(
    await ask('launch', { python: '/elsewhere/app.py' }),
    { success: true },
    'as it stands: the runner finds out',
  )
})

/** An editor at a program that it has launched, which a runner agrees to all about but what is left open. */
async function restarting(t: Test, open: (request: DapRequest) => boolean = () => false) {
  const rig = await start(t)
  const heard: ToRunnerDap[] = []
  rig.runner.editor = message => {
    heard.push(message)
    return message.type === 'dap' && !open(message.message) ? [agreed(message.message)] : []
  }
  rig.runner.debugger = () => ({ ok: false, code: 'debugger_timeout', detail: 'it is queued still' })
  const found = await editor(rig)
  await found.ask('initialize')
  t.match(await found.ask('launch', { python: 'app.py' }), { success: true })
  const opened = () => heard.flatMap(one => (one.type === 'dap_open' ? [one.debug] : []))
  const list = async () => (await rig.call('debug.list', { session: rig.session })).items
  return { ...found, rig, opened, list }
}

t.test(
  'a program is launched anew as the editor says now, and nothing ends by what cannot be launched',
  async t => {
    const { ask, opened, list, events, rig } = await restarting(t)
    for (const [wrong, message] of [
      [{ python: 'app.py', nodebug: true }, /nodebug/],
      [{ python: 'app.py', noDebug: true }, /command run/],
    ] as const)
      t.match(await ask('restart', { arguments: wrong }), { success: false, message })
    t.match(await list(), [{ end: null }])
    t.match(await ask('restart', { arguments: { python: 'other.py' } }), { success: true })
    t.match(await list(), [
      { id: opened()[1], end: null },
      { id: opened()[0], end: { reason: 'cancelled' } },
    ])
    const { items } = await rig.call('commands.list', { session: rig.session })
    t.match(items.at(-1), { command: ['python3', 'other.py'] })
    t.same(events('terminated'), [])
  },
)

t.test('what was asked of the program before is answered when another is in its place', async t => {
  const { ask, answer, opened, list, events } = await restarting(t, ({ seq }) => seq === 3)
  const first = ask('restart')
  await until('another one', () => opened().length === 2)
  t.match(await ask('restart'), { success: true })
  t.match(await first, { success: false, message: /another one in its place/ })
  t.equal(opened().length, 3)
  t.match(await list(), [{ end: null }, { end: {} }, { end: {} }])
  t.same(events('terminated'), [])
  t.match(await answer(4), { success: true })
})

t.test('an end is told where no other program comes in its place', async t => {
  const { ask, list, events, rig } = await restarting(t)
  await ask('configurationDone')
  const [debug] = await list()
  rig.runner.debugger = ({ operation, person }) =>
    operation === 'debug.terminate' && person === true
      ? { ok: false, code: 'control_held', detail: 'bob controls it' }
      : undefined
  if (debug === undefined) throw new Error('it was launched')
  await rig.runner.start(rig.session, debug.command)
  t.match(await ask('restart'), { success: false, message: /bob controls it/ })
  t.same(events('terminated'), [])
  await rig.runner.end(rig.session, debug.command)
  await until('its end', () => events('terminated').length > 0)
})

t.test('what the program before has written last is told before another comes', async t => {
  const { ask, list, events, rig } = await restarting(t)
  await ask('configurationDone')
  const [debug] = await list()
  if (debug === undefined) throw new Error('it was launched')
  const { session, runner } = rig
  await runner.start(session, debug.command)
  const last = 'x'.repeat(3_000_000)
  runner.debugger = ({ operation }) => {
    if (operation === 'debug.terminate')
      void runner.write(session, debug.command, 'stdout', last).then(() => runner.end(session, debug.command))
    return { ok: false, code: 'debugger_timeout', detail: 'it takes its time' }
  }
  t.match(await ask('restart'), { success: true })
  const written = () =>
    events('output').map(one => (one.type === 'event' ? Reflect.get(Object(one.body), 'output') : ''))
  t.equal(written().join('').length, last.length)
  t.same(events('terminated'), [])
})

for (const begun of [false, true])
  t.test(
    `its end is told once where the session takes no other program${begun ? '' : ', also before it has begun'}`,
    async t => {
      const { ask, list, events, rig } = await restarting(t)
      if (begun) await ask('configurationDone')
      await rig.call('sessions.stop', { session: rig.session })
      t.match(await ask('restart'), { success: false, message: /takes no more commands/ })
      await until('its end', () => events('terminated').length > 0)
      t.match(await list(), [{ end: { reason: 'session_stopped' } }])
      t.match(await ask('threads'), { success: true })
      t.equal(events('terminated').length, 1)
    },
  )

t.test('a runner that is lost is told, and ends it', async t => {
  const rig = await start(t)
  await rig.launched()
  const { ask, said, closed } = await editor(rig)
  const asked = ask('initialize')
  await until('the runner has heard', () => rig.runner.connections > 0)
  rig.runner.drop()
  t.match(await asked, { success: false, message: /the connection to the runner was lost/ })
  t.same(await closed, [1000, 'complete'])
  t.match(said.slice(-2), [
    { event: 'output', body: { category: 'important', output: /the runner .* went away/ } },
    { event: 'terminated' },
  ])
})

t.test('a runner that has too many editors says so', async t => {
  const rig = await start(t)
  await rig.launched()
  rig.runner.editor = ({ type }) => (type === 'dap' ? [{ type: 'dap_closed' }] : [])
  const { ask, closed } = await editor(rig)
  t.match(await ask('attach'), { success: false, message: /has too many editors/ })
  t.same(await closed, [1000, 'complete'])
})

t.test('a token that is revoked ends it, and tells why', async t => {
  const rig = await start(t)
  const { said, closed } = await editor(rig)
  await revokeToken(rig.store, rig.alice.id, new Date().toISOString())
  t.same(await closed, [4401, 'problem'])
  t.match(said, [{ event: 'output', body: { category: 'important' } }])
})
