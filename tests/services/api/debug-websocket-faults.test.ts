import { once } from 'node:events'
import t from 'tap'
import { endCommand } from '../../../services/store/commands.ts'
import { revokeToken } from '../../../services/store/tokens.ts'
import { DebugClient, startDebugRig, stopped } from './debug-rig.ts'
import { FakeRunner } from './fake-runner.ts'
import { until } from './until.ts'

t.test('what is no call is refused, and the connection stays', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  runner.debugger = () => ({ ok: true, value: debug })
  const client = await DebugClient.open(rig, session)
  const frames = [
    { frame: Buffer.from('{"id":1,"operation":"debug.list"}'), id: null, detail: /a text frame/ },
    { frame: 'nonsense', id: null, detail: /not valid JSON/ },
    { frame: '', id: null, detail: /not valid JSON/ },
    { frame: '[]', id: null, detail: /expected object/ },
    { frame: `{"id":1,"input":${'['.repeat(70)}${']'.repeat(70)}}`, id: null, detail: /nests too deep/ },
    { frame: `[${'1,'.repeat(20_000)}1]`, id: null, detail: /too many values/ },
    { frame: 'null', id: null, detail: /expected object/ },
    { frame: '{"operation":"debug.list"}', id: null, detail: /id: / },
    { frame: '{"id":1.5,"operation":"debug.list"}', id: null, detail: /id: / },
    { frame: '{"id":1}', id: 1, detail: /operation: is required/ },
    { frame: '{"id":"a","operation":"debug.nxt"}', id: 'a', detail: /did you mean "debug.next"\?/ },
    { frame: '{"id":"a","operation":"debug.stop"}', id: 'a', detail: /did you mean "debug.terminate"\?/ },
    { frame: '{"id":"b","operation":"sessions.delete"}', id: 'b', detail: /no such operation/ },
    { frame: '{"id":"c","operation":"debug.list","inputs":{}}', id: 'c', detail: /did you mean "input"\?/ },
    { frame: '{"id":"d","operation":"debug.list","input":[]}', id: 'd', detail: /input: expected/ },
    {
      frame: '{"id":"e","operation":"debug.next","input":{"session":"@last"}}',
      id: 'e',
      detail: /session: /,
    },
    {
      frame: '{"id":"f","operation":"debug.list","input":{"session":"@last"}}',
      id: 'f',
      detail: /session: /,
    },
    {
      frame: '{"id":"g","operation":"debug.next","input":{"wait":"x","thred":1}}',
      id: 'g',
      detail: /"thread"/,
    },
    {
      frame: '{"id":"h","operation":"debug.list","input":{"__proto__":{"a":1}}}',
      id: 'h',
      detail: undefined,
    },
  ]
  for (const { frame, id, detail } of frames) {
    client.messages.length = 0
    client.socket.send(frame)
    const answer = await client.answer(id)
    if (detail !== undefined)
      t.match(
        answer,
        { type: 'problem', problem: { code: 'invalid_input', status: 400, detail } },
        `${frame}`,
      )
  }
  t.match(await client.result('debug.list'), { items: [{ status: 'launching' }] })
})

t.test('a frame that is too large is the end of its connection alone', async t => {
  const { rig, session } = await startDebugRig(t)
  const [one, two] = [await DebugClient.open(rig, session), await DebugClient.open(rig, session)]
  one.socket.send(JSON.stringify({ id: 1, operation: 'debug.list', input: { x: 'x'.repeat(300_000) } }))
  t.equal((await one.closed)[0], 1009)
  t.same(await two.result('debug.list'), { items: [], next: null })
  await until(() => rig.api.debugEvents.watching === 1, 'nothing of it is left behind')
})

t.test('of 300 calls at once 64 are taken', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  const client = await DebugClient.open(rig, session)
  await until(() => runner.asks.length === 1, 'where it stands is asked')
  const calls = Array.from({ length: 300 }, () => client.call('debug.next', { wait: 30 }))
  const refused = await Promise.all(calls.slice(64))
  t.ok(refused.every(answer => answer.type === 'problem' && answer.problem.code === 'too_many_calls'))
  await until(() => runner.asks.length === 65, 'the others were asked')
  runner.debugger = () => ({ ok: true, value: stopped(debug) })
  for (const ask of runner.asks.splice(0).reverse()) runner.answer(ask, { ok: true, value: stopped(debug) })
  const taken = await Promise.all(calls.slice(0, 64))
  t.ok(taken.every(answer => answer.type === 'result'))
  t.match(await client.result('debug.next'), { status: 'stopped' }, 'and there is room again')
})

t.test('a runner that is killed while a call waits: the next one says what became of it', async t => {
  const { rig, session, launched, runner, store, files, directory } = await startDebugRig(t)
  const debug = await launched()
  runner.debugger = ask =>
    ask.operation === 'debug.status' ? { ok: true, value: stopped(debug) } : undefined
  const client = await DebugClient.open(rig, session)
  await client.heard(1)
  const waiting = client.refused('debug.continue', { wait: 60 })
  await runner.nextAsk('debug.continue')
  await runner[Symbol.asyncDispose]()
  t.match(await waiting, { code: 'runner_unavailable', detail: /was lost/ })
  t.match(await client.refused('debug.next'), { code: 'runner_unavailable', detail: /task up/ })
  t.match(await client.result('debug.output'), { complete: false }, 'what needs no runner goes on')

  await using next = new FakeRunner(store, files)
  const failure = { reason: 'debugger_lost', message: 'the runner of its debugger went away' } as const
  const end = { exit_code: null, failure, stdout_bytes: 0, stderr_bytes: 0 }
  await endCommand(store, debug.command, 'lost', end, new Date().toISOString())
  await next.listen(`${directory}/runner.sock`)
  t.same(await client.heard(2), [
    ['state', 'stopped'],
    ['ended', 'ended'],
  ])
  t.match(client.events[1]?.debug.end, { reason: 'runner_lost', message: failure.message })
})

t.test('a connection to the runner that is lost and found: where each stands is told anew', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  runner.debugger = () => ({ ok: true, value: stopped(debug) })
  const client = await DebugClient.open(rig, session)
  await client.heard(1)
  runner.debugger = () => ({ ok: true, value: stopped(debug, 2) })
  runner.drop()
  await client.heard(2)
  t.match(client.events[1], { event: 'state', debug: { stop: { number: 2 } } })
})

t.test('a state that was overtaken by an event is not told', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  const client = await DebugClient.open(rig, session)
  const ask = await runner.nextAsk('debug.status')
  runner.happens({ event: 'stopped', debug: stopped(debug) })
  await client.heard(1)
  runner.answer(ask, { ok: true, value: { ...debug, status: 'running' } })
  runner.happens({ event: 'continued', debug: { ...debug, status: 'running' } })
  t.same(await client.heard(2), [
    ['stopped', 'stopped'],
    ['continued', 'running'],
  ])
})

t.test('a flood of events reaches who reads; who does not is cut, and costs little', async t => {
  // However long the flood goes on after the slow one has been given up, it can still be told so.
  const limits = { slowReader: 60_000, linger: 600_000 }
  const { rig, session, launched, runner } = await startDebugRig(t, { limits })
  const debug = await launched()
  runner.debugger = () => ({ ok: true, value: debug })
  const [quick, slow] = [await DebugClient.open(rig, session), await DebugClient.open(rig, session)]
  await quick.heard(1)
  await slow.heard(1)
  slow.socket.pause()
  const text = 'x'.repeat(50_000)
  const big = stopped(debug)
  if (big.stop !== null) big.stop.text = text
  const total = 600
  for (let sent = 0; sent < total; sent++) {
    runner.happens({ event: 'stopped', debug: big })
    if (sent % 50 === 0) await quick.heard(sent)
  }
  t.equal((await quick.heard(total + 1)).length, total + 1)
  await until(() => rig.api.debugEvents.watching === 1, 'the slow one is given up')
  slow.socket.resume()
  t.same(await slow.closed, [4408, 'slow_reader'])
  t.same(slow.messages.at(-1), { type: 'end', reason: 'slow_reader' })
  t.ok(slow.events.length < total, `${slow.events.length} of ${total}`)
})

t.test('who takes nothing of its answers is cut after a while', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t, {
    limits: { slowReader: 300, linger: 200 },
  })
  const { command } = await launched()
  await runner.write(session, command, 'stdout', 'x'.repeat(1_000_000))
  const client = await DebugClient.open(rig, session)
  client.socket.pause()
  for (let id = 0; id < 40; id++)
    client.socket.send(JSON.stringify({ id, operation: 'debug.output', input: { limit: 1_000_000 } }))
  await until(() => rig.api.debugEvents.watching === 0, 'it is given up')
  client.socket.terminate()
})

t.test('a token that is revoked opens nothing more', async t => {
  const { rig, session } = await startDebugRig(t)
  const client = await DebugClient.open(rig, session)
  await client.result('debug.list')
  // By the store, so that nobody is told: the call itself finds out.
  await revokeToken(rig.store, rig.alice.id, new Date().toISOString())
  client.socket.send(JSON.stringify({ id: 'late', operation: 'debug.launch', input: { python: 'x.py' } }))
  t.same(await client.closed, [4401, 'problem'])
  const [problem, end] = client.messages.slice(-2)
  t.match(problem, { type: 'problem', id: 'late', problem: { code: 'unauthenticated' } })
  t.match(end, { type: 'end', reason: 'problem', problem: { code: 'unauthenticated' } })
  t.same((await rig.call('debug.list', { session }, rig.admin)).items, [], 'and nothing was launched')
})

t.test('a token that is revoked hears no more either', async t => {
  const { rig, session } = await startDebugRig(t)
  const client = await DebugClient.open(rig, session)
  await rig.call('tokens.revoke', { token: rig.alice.id }, rig.admin)
  t.same(await client.closed, [4401, 'problem'])
})

t.test('an operation that the token may not use is refused alone', async t => {
  const { rig } = await startDebugRig(t)
  const reader = await rig.person('reader', 'debug:read', 'sessions:write')
  const { id } = await rig.call('sessions.create', { repository: 'demo' }, reader)
  const client = await DebugClient.open(rig, id, reader)
  const refused = await client.refused('debug.launch', { python: 'x.py' })
  t.match(refused, { code: 'insufficient_scope', detail: /debug:write/ })
  t.match(await client.result('debug.list'), { items: [] })
})

t.test('a server that stops says so; who does not answer pings is given up', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t, { limits: { ping: 50 } })
  await launched()
  const [one, two] = [await DebugClient.open(rig, session), await DebugClient.open(rig, session)]
  await once(one.socket, 'ping')
  await once(one.socket, 'ping')
  t.equal(rig.api.debugEvents.watching, 2, 'who answers stays')
  one.socket.pong = () => {}
  one.socket.pause()
  await until(() => rig.api.debugEvents.watching === 1, 'who does not is gone')
  one.socket.terminate()
  two.socket.send(JSON.stringify({ id: 1, operation: 'debug.next', input: { wait: 60 } }))
  await runner.nextAsk('debug.next')
  const started = performance.now()
  await rig.api[Symbol.asyncDispose]()
  t.ok(performance.now() - started < 3_000, 'no call holds it up')
  t.same(await two.closed, [1001, 'server_stopping'])
  t.same(two.messages.at(-1), { type: 'end', reason: 'server_stopping' })
})
