import t from 'tap'
import { WebSocket } from 'ws'
import { DebugClient, dialDebug, startDebugRig, stopped } from './debug-rig.ts'
import { startFrontDoor } from './front-door.ts'
import { type Person, problemOf } from './rig.ts'
import { refusalOf } from './websocket-refusal.ts'

t.test('calls are answered as they are ready, each under its id', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  runner.debugger = ({ operation }) => (operation === 'debug.status' ? { ok: true, value: debug } : undefined)
  const debug = stopped(await launched())
  const client = await DebugClient.open(rig, session)
  client.socket.send(JSON.stringify({ id: 'slow', operation: 'debug.stack', input: { limit: 1 } }))
  const slow = await runner.nextAsk('debug.stack')
  t.same(slow.input, { session, start: 0, limit: 1 })
  client.socket.send(JSON.stringify({ id: 7, operation: 'debug.evaluate', input: { expression: 'total' } }))
  const quick = await runner.nextAsk('debug.evaluate')
  const value = { value: '3', truncated: false, type: 'int', reference: 0 }
  runner.answer(quick, { ok: true, value })
  t.same(await client.answer(7), { type: 'result', id: 7, result: value })
  runner.answer(slow, { ok: true, value: { thread: 1, frames: [], total: 0, next: null } })
  t.match(await client.answer('slow'), { type: 'result', result: { thread: 1 } })
  const output = await client.result('debug.output', { limit: 10 })
  t.match(output, { command: debug.command, chunks: [], complete: false }, 'those of the store are there too')
  t.match(await client.result('debug.list'), { items: [{ id: debug.id, status: 'stopped' }] })
  const launchedHere = await client.result('debug.launch', { module: 'app' })
  t.match(launchedHere, { session, status: 'launching' })
})

t.test('every client of a session hears what happens, and no other', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  runner.debugger = () => ({ ok: true, value: stopped(debug) })
  const { id: elsewhere } = await rig.session()
  const [one, two, other] = [
    await DebugClient.open(rig, session),
    await DebugClient.open(rig, session),
    await DebugClient.open(rig, elsewhere),
  ]
  t.same(await one.heard(1), [['state', 'stopped']], 'first where each live one stands')
  t.same(await two.heard(1), [['state', 'stopped']])
  runner.happens({ event: 'continued', debug: { ...debug, status: 'running' } })
  runner.happens({ event: 'stopped', debug: stopped(debug, 2) })
  const expected = [
    ['state', 'stopped'],
    ['continued', 'running'],
    ['stopped', 'stopped'],
  ]
  for (const client of [one, two]) t.same(await client.heard(3), expected)
  t.match(one.events.at(-1)?.debug, { stop: { number: 2, frame: { line: 3 } } })
  one.socket.close()
  await one.closed
  runner.happens({ event: 'continued', debug: { ...debug, status: 'running' } })
  t.equal((await two.heard(4)).length, 4, 'who goes takes nobody along')
  await other.result('debug.list')
  t.same(other.events, [])
})

t.test('what has ended is told once, by whomever it is known', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const old = await launched()
  await runner.end(session, old.command)
  const byRunner = await launched()
  const byStore = await launched()
  runner.debugger = ({ debug }) => ({ ok: true, value: debug === byRunner.id ? byRunner : byStore })
  const client = await DebugClient.open(rig, session)
  await client.heard(2)
  const end = { reason: 'exited', message: 'the program exited with code 0', exit_code: 0 } as const
  runner.happens({ event: 'ended', debug: { ...byRunner, status: 'ended', end } })
  await client.heard(3)
  await runner.end(session, byRunner.command)
  await runner.end(session, byStore.command, 'failed', 1)
  await client.heard(4)
  await client.result('debug.list')
  t.same(
    client.events.slice(2).map(({ event, debug }) => [event, debug.id, debug.end?.exit_code]),
    [
      ['ended', byRunner.id, 0],
      ['ended', byStore.id, 1],
    ],
    'and what had ended before is history',
  )
  const late = await launched()
  const failure = { reason: 'debugger_not_found', message: 'no debugpy' } as const
  await runner.end(session, late.command, 'failed', null, failure)
  await client.heard(5)
  t.match(client.events.at(-1), { event: 'ended', debug: { id: late.id, end: { reason: 'launch_failed' } } })
})

t.test('a session that is stopped keeps its clients, one that is deleted does not', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  runner.debugger = () => ({ ok: true, value: debug })
  const debug = await launched()
  const client = await DebugClient.open(rig, session)
  await client.heard(1)
  const failure = { reason: 'session_stopped', message: 'the session was stopped' } as const
  await runner.end(session, debug.command, 'cancelled', 143, failure)
  await runner.session(session, 'stopping', 'stopped')
  await client.heard(2)
  t.match(client.events.at(-1), { event: 'ended', debug: { end: { reason: 'session_stopped' } } })
  t.match(await client.refused('debug.launch', { python: 'x.py' }), { code: 'session_ended' })
  t.match(await client.result('debug.status'), { status: 'ended' })
  await runner.remove(session)
  t.same(await client.closed, [1000, 'session_deleted'])
  t.same(client.messages.at(-1), { type: 'end', reason: 'session_deleted' })
})

t.test('through the proxy and under /api it is the same', async t => {
  const { rig, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  runner.debugger = () => ({ ok: true, value: stopped(debug) })
  const proxy = await startFrontDoor(t, rig)
  const client = new DebugClient(
    new WebSocket(`${proxy.url.replace('http', 'ws')}/api/sessions/@last/debug`, {
      headers: { authorization: `Bearer ${rig.alice.secret}` },
    }),
  )
  t.same(await client.heard(1), [['state', 'stopped']])
  t.match(await client.result('debug.next', { wait: 5 }), { status: 'stopped' })
  client.socket.close()
  await client.closed
})

t.test('a handshake is held to the rules of any request', async t => {
  const { rig, session } = await startDebugRig(t)
  const reader = await rig.person('reader', 'sessions:read')
  const wrong = { ...rig.bob, secret: 'dst_wrong' }
  const cases: { where: [session: string, person: Person]; code: string }[] = [
    { where: [session, rig.bob], code: 'session_not_found' },
    { where: [session, reader], code: 'insufficient_scope' },
    { where: [session, wrong], code: 'unauthenticated' },
    { where: ['ses_zzzz', rig.alice], code: 'session_not_found' },
    { where: ['x%20y', rig.alice], code: 'invalid_input' },
    { where: [`${session}/debug?codec=text&a=`, rig.alice], code: 'invalid_input' },
    { where: [`${session}/debug/status?a=`, rig.alice], code: 'not_found' },
  ]
  for (const { where, code } of cases) {
    t.equal(problemOf(t, await refusalOf(dialDebug(rig, ...where))).code, code)
  }
  t.equal(rig.api.debugEvents.watching, 0)
})
