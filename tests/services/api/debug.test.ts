import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { exampleInputs } from '../../../services/contract/examples/inputs.ts'
import { debugSessionId } from '../../../services/contract/ids.ts'
import { liveOperations } from '../../../services/contract/runner-messages.ts'
import { getCommand, liveCommands } from '../../../services/store/commands.ts'
import { getDebugSession } from '../../../services/store/debug-sessions.ts'
import { commandLineOf, toDebugSession } from '../../../services/store/rows.ts'
import { DebugClient, startDebugRig, stopped } from './debug-rig.ts'
import { FakeRunner } from './fake-runner.ts'
import { until } from './until.ts'

t.test('launch queues a command and answers at once without a wait', async t => {
  const { rig, session, launch, runner } = await startDebugRig(t)
  const wakes = runner.wakes
  const debug = await launch({ arguments: ['-v', '1'], breakpoints: ['./src//app.py:12'], directory: 'x' })
  t.match(debug, { session, engine: 'debugpy', status: 'launching', stop: null, end: null })
  t.match(debug.breakpoints, [{ id: 1, file: 'src/app.py', line: 12, verified: false, message: String }])
  await until(() => runner.wakes > wakes, 'the runner is woken')
  const row = await getCommand(rig.store, debug.command)
  t.match(row, { session_id: session, status: 'queued', directory: 'x', after_json: '[]' })
  t.same(row && commandLineOf(row), ['python3', 'app.py', '-v', '1'])
  const other = await rig.call('debug.launch', { session, module: 'http.server', interpreter: 'python3.12' })
  const second = await getCommand(rig.store, other.command)
  t.same(second && commandLineOf(second), ['python3.12', '-m', 'http.server'])
  t.same(
    (await rig.call('commands.list', { session })).items.map(({ id }) => id),
    [debug.command, other.command],
    'they are commands like any other',
  )
})

t.test('launch waits for the first stop', async t => {
  const { launch, runner } = await startDebugRig(t)
  const launching = launch({ wait: 30 })
  const ask = await runner.nextAsk('debug.status')
  t.match(ask.input, { debug: ask.debug })
  t.ok(Number(ask.input.wait) > 29 && Number(ask.input.wait) <= 30)
  const debug = { ...(await launch()), id: ask.debug }
  runner.answer(ask, { ok: true, value: stopped(debug) })
  t.match(await launching, { id: ask.debug, status: 'stopped', stop: { number: 1 } })
})

t.test('launch is accepted whatever becomes of the wait', async t => {
  const { rig, session, launch, runner } = await startDebugRig(t)
  const refused = launch({ wait: 30 })
  runner.answer(await runner.nextAsk('debug.status'), { ok: false, code: 'debugger_timeout', detail: 'slow' })
  t.match(await refused, { status: 'launching' }, 'it is told as it stands')

  const lost = launch({ wait: 30 })
  await runner.nextAsk('debug.status')
  runner.drop()
  const again = await runner.nextAsk('debug.status')
  runner.answer(again, { ok: true, value: stopped({ ...(await refused), id: again.debug }) })
  t.match(await lost, { status: 'stopped' }, 'a runner that comes back is asked again')

  const ended = launch({ wait: 30 })
  const ask = await runner.nextAsk('debug.status')
  const command = (await getDebugSession(rig.store, ask.debug))?.command_id
  if (command === undefined) throw new Error('it was launched')
  await runner.start(session, command)
  const failure = { reason: 'debugger_not_found', message: 'no debugpy: pip install debugpy' } as const
  await runner.end(session, command, 'failed', null, failure)
  runner.answer(ask, { ok: false, code: 'debug_session_ended', detail: 'it has ended' })
  t.match(await ended, { status: 'ended', end: { reason: 'launch_failed', message: failure.message } })
})

t.test('launch waits for a runner that is not there, and no longer than it was asked to', async t => {
  const { launch, runner, directory, store, files } = await startDebugRig(t)
  await runner[Symbol.asyncDispose]()
  t.match(await launch({ wait: 0.05 }), { status: 'launching' })
  const launching = launch({ wait: 30 })
  await using next = new FakeRunner(store, files)
  await next.listen(`${directory}/runner.sock`)
  const ask = await next.nextAsk('debug.status')
  const row = await getDebugSession(store, ask.debug)
  if (row === undefined) throw new Error('it was launched')
  next.answer(ask, { ok: true, value: stopped(toDebugSession(row)) })
  t.match(await launching, { status: 'stopped' })
})

t.test('launch has its limits', async t => {
  const { rig, session, launch } = await startDebugRig(t, { debugSessions: 2 })
  await launch()
  const { id } = await launch()
  const problem = await rig.refused('debug.launch', { session, python: 'x.py' })
  t.match(problem, { code: 'debug_limit', detail: /2 debug sessions/ })
  t.match(await rig.call('debug.terminate', { session, debug: id }), { end: { reason: 'cancelled' } })
  await launch()
  const faulty: [object, string][] = [
    [{}, 'python: give what is to run: one of python, module, binary, node, go'],
    [{ python: 'x', module: 'y' }, 'module: give one program: there is python already'],
    [{ node: 'x', core: 'y' }, 'core: a core dump is looked into with the binary that has left it'],
    [
      { binary: 'x', core: 'y', children: 'follow' },
      'children: a core dump starts no processes: leave it out',
    ],
    [
      { pid: 12, children: 'follow' },
      'children: the processes that a program starts are followed from its own start on: launch it under its debugger, or leave it out',
    ],
    [{ binary: 'x', engine: 'node' }, 'engine: no debugger for binary; expected gdb or lldb-dap'],
  ]
  for (const [input, detail] of faulty)
    t.match(await rig.refused('debug.launch', { session, ...input }), {
      code: 'invalid_input',
      detail,
    })
  await rig.runner.session(session, 'stopping', 'stopped')
  t.match(await rig.refused('debug.launch', { session, python: 'x.py' }), { code: 'session_ended' })
})

t.test('a session that is offline has no debugger, and says so at once', async t => {
  const rig = await startDebugRig(t)
  const { id } = await rig.call('sessions.create', { repository: 'demo', offline: true })
  t.match(await rig.refused('debug.launch', { session: id, python: 'x.py' }), {
    code: 'debugger_refused',
    detail: /offline/,
  })
})

t.test('the runner is asked about one that lives, with the input as it was read', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  const asking = rig.call('debug.variables', { session, frame: 2, scope: 'Globals' })
  const ask = await runner.nextAsk('debug.variables')
  t.equal(ask.debug, debug.id)
  t.same(ask.input, { session, frame: 2, scope: 'Globals', start: 0, limit: 100 })
  const value = { variables: [], total: 0, next: null }
  runner.answer(ask, { ok: true, value: { ...value, secret: 'left out' } })
  t.same(await asking, value)
  const slow = rig.call('debug.threads', { session })
  const first = await runner.nextAsk('debug.threads')
  const quick = rig.call('debug.scopes', { session, debug: debug.id.slice(0, 8) })
  const second = await runner.nextAsk('debug.scopes')
  runner.answer(second, { ok: true, value: [] })
  t.same(await quick, [], 'answers come in any order')
  runner.answer(first, { ok: true, value: { threads: [], total: 0, next: null } })
  await slow
})

t.test('what the runner refuses is told as it said it', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  await launched()
  const cases = [
    { operation: 'debug.stack', code: 'debuggee_running', status: 409 },
    { operation: 'debug.evaluate', code: 'evaluation_failed', status: 422 },
    { operation: 'debug.next', code: 'debugger_timeout', status: 504 },
    { operation: 'debug.break', code: 'debugger_refused', status: 422 },
    { operation: 'debug.pause', code: 'too_many_calls', status: 429 },
    { operation: 'debug.continue', code: 'debug_session_ended', status: 409 },
  ] as const
  for (const { operation, code, status } of cases) {
    runner.debugger = () => ({ ok: false, code, detail: 'this is why' })
    const problem = await rig.refused(operation, {
      session,
      ...(operation === 'debug.evaluate' ? { expression: '1' } : {}),
    })
    t.match(problem, { code, status, detail: 'this is why' })
  }
  runner.debugger = () => ({ ok: false, code: 'token_exists', detail: 'out of place' })
  t.match(await rig.refused('debug.next', { session }), { code: 'runner_unavailable', status: 503 })
  runner.debugger = () => ({ ok: true, value: { nonsense: true } })
  t.match(await rig.refused('debug.next', { session }), { code: 'internal' })
})

t.test('a question that is too long for the runner is refused, and the connection stays', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  await launched()
  const line = `${'"'.repeat(990)}:1`
  const breakpoints = Array.from({ length: 1_000 }, () => line)
  t.match(await rig.refused('debug.break', { session, breakpoints }), { code: 'body_too_large' })
  runner.debugger = () => ({ ok: true, value: [] })
  t.same(await rig.call('debug.break', { session, breakpoints: breakpoints.slice(0, 500) }), [])
})

t.test(
  'an API that has a successor answers who waits for a debugger; one that is to end gives it up',
  async t => {
    for (const [end, answer] of [
      ['leave', { id: /^dbg_/, status: 'stopped' }],
      ['asyncDispose', { code: 'runner_unavailable', detail: /the server stops/ }],
    ] as const) {
      const limits = { answers: 50, stop: 200 }
      const { rig, session, launched, runner } = await startDebugRig(t, { limits })
      const debug = await launched()
      const waiting = rig.send(`/sessions/${session}/debug/continue`, { method: 'POST', body: { wait: 60 } })
      const ask = await runner.nextAsk('debug.continue')
      const left = end === 'leave' ? rig.api.leave() : rig.api[Symbol.asyncDispose]()
      // Longer than the limits allow one that is to end.
      if (end === 'leave') await delay(limits.answers + limits.stop)
      if (end === 'leave') runner.answer(ask, { ok: true, value: stopped(debug) })
      t.match(JSON.parse((await waiting).text), answer)
      await left
    }
  },
)

t.test('an API that has a successor applies the patch of a rerun that it was asked for', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t, { limits: { answers: 50, stop: 200 } })
  const debug = await launched()
  await runner.end(session, debug.command)
  const path = `/sessions/${session}/debug/rerun`
  const rerun = rig.send(path, { method: 'POST', body: { debug: debug.id, patch: 'x', wait: 0 } })
  const queued = () => liveCommands(rig.store)
  await until(async () => (await queued()).length === 1, 'the patch is to be applied')
  const left = rig.api.leave()
  // Long enough for who would give it up.
  await delay(50)
  for (const { id } of await queued()) await runner.play(id)
  t.match(JSON.parse((await rerun).text), { id: /^dbg_/, status: 'launching' })
  await left
})

t.test('a runner that goes away while a call waits', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  const waiting = rig.refused('debug.continue', { session, wait: 60 })
  await runner.nextAsk('debug.continue')
  runner.drop()
  t.match(await waiting, { code: 'runner_unavailable', detail: /debug status/ })
  await runner[Symbol.asyncDispose]()
  await until(async () => (await rig.send('/readyz')).status === 503, 'the API has noticed')
  t.match(await rig.refused('debug.next', { session }), { code: 'runner_unavailable', detail: /task up/ })
  t.match(await rig.refused('debug.status', { session }), { code: 'runner_unavailable' })
  t.match((await rig.call('debug.list', { session })).items, [{ id: debug.id, status: 'launching' }])
  t.match(await rig.refused('debug.terminate', { session }), {
    code: 'runner_unavailable',
    detail: /is noted/,
  })
  t.equal((await getCommand(rig.store, debug.command))?.cancel_requested, 1, 'the next runner ends it')
})

/** Where it stood is told still, what was recorded and what was said. */
const answersAfterwards: ReadonlySet<string> = new Set([
  ...['debug.status', 'debug.terminate', 'debug.recorded', 'debug.replay'],
])

t.test('one that has ended', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  await runner.end(session, debug.command, 'failed', 3)
  const end = { reason: 'exited', message: 'the program exited with code 3', exit_code: 3 }
  for (const operation of ['debug.status', 'debug.terminate'] as const)
    t.match(await rig.call(operation, { session }), { id: debug.id, status: 'ended', end })
  for (const operation of liveOperations) {
    if (answersAfterwards.has(operation)) continue
    const { debug: _, ...input } = { debug: '', ...exampleInputs[operation] }
    // Of a program it would launch another.
    const asked = operation === 'debug.run_to_failure' ? { debug: debug.id } : input
    const problem = await rig.refused(operation, { ...asked, session })
    t.match(problem, { code: 'debug_session_ended', status: 409, detail: /exited with code 3|run it anew/ })
  }
  const other = await launched()
  const failure = { reason: 'debugger_lost', message: 'its runner went away' } as const
  await runner.end(session, other.command, 'lost', null, failure)
  t.match(await rig.refused('debug.next', { session }), { detail: /runner_lost.*its runner went away/ })
  t.same(runner.asks, [], 'nobody was asked about them')
  t.match(
    (await rig.call('debug.list', { session })).items,
    [{ id: other.id }, { id: debug.id }],
    'newest first',
  )
})

t.test('none, another, and which of several', async t => {
  const { rig, session, launched } = await startDebugRig(t)
  const code = 'debug_session_not_found'
  t.match(await rig.refused('debug.status', { session }), { code, detail: /debug launch/ })
  const debug = await launched()
  const { id: elsewhere } = await rig.session()
  t.match(await rig.refused('debug.next', { session: elsewhere, debug: debug.id }), { code })
  t.match(await rig.refused('debug.next', { session, debug: debugSessionId.create() }), { code })
})

t.test('terminate ends by the runner what runs, and by the store what is queued', async t => {
  const { rig, session, launch, launched, runner } = await startDebugRig(t)
  const queued = await launch()
  t.match(await rig.call('debug.terminate', { session }), { id: queued.id, status: 'ended' })
  const debug = await launched()
  const ending = rig.call('debug.terminate', { session, wait: 10 })
  const ask = await runner.nextAsk('debug.terminate')
  t.equal(ask.input.wait, 10)
  const end = { reason: 'terminated', message: 'a client ended it', exit_code: 143 } as const
  runner.answer(ask, { ok: true, value: { ...debug, status: 'ended', end } })
  t.match(await ending, { status: 'ended', end: { reason: 'terminated' } })
})

t.test('status is where the runner says it stands', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  const waiting = rig.call('debug.status', { session, wait: 5 })
  const ask = await runner.nextAsk('debug.status')
  t.equal(ask.input.wait, 5)
  runner.answer(ask, { ok: true, value: stopped(debug) })
  t.match(await waiting, { status: 'stopped', stop: { frame: { file: 'app.py', line: 3 } } })
  runner.debugger = () => ({ ok: true, value: stopped(debug, 2) })
  t.match((await rig.call('debug.list', { session })).items, [{ status: 'stopped', stop: { number: 2 } }])
})

t.test('a client that goes away leaves no question behind, and the debuggee as it is', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  const controller = new AbortController()
  const answer = fetch(`${rig.api.url}/sessions/${session}/debug/status?wait=60`, {
    headers: { authorization: `Bearer ${rig.alice.secret}` },
    signal: controller.signal,
  })
  const ask = await runner.nextAsk('debug.status')
  controller.abort()
  await t.rejects(answer)
  runner.answer(ask, { ok: true, value: stopped(debug) })
  runner.debugger = () => ({ ok: true, value: stopped(debug) })
  t.match(await rig.call('debug.status', { session }), { status: 'stopped' })
})

t.test("the debugger's own commands need a scope of their own", async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  await launched()
  const asked: unknown[] = []
  runner.debugger = ask => {
    asked.push(ask.input.shell)
    return { ok: true, value: { value: '1', truncated: false, type: null, reference: 0 } }
  }
  const of = async (name: string, ...scopes: string[]) => {
    const { id, token } = await rig.call('tokens.create', { name, scopes })
    return { id, secret: token }
  }
  const narrow = await of('narrow', 'debug:write')
  const wide = await of('wide', 'debug:write', 'debug:shell')
  const input = { session, expression: 'image list', shell: true }
  t.match(await rig.refused('debug.evaluate', input, narrow), {
    ...{ code: 'insufficient_scope', status: 403, detail: /debug:shell/ },
  })
  await rig.call('debug.evaluate', { ...input, shell: false }, narrow)
  await rig.call('debug.evaluate', input, wide)
  t.same(asked, [false, true])
  const socket = await DebugClient.open(rig, session, narrow)
  const again = { expression: 'image list', shell: true }
  t.match(await socket.refused('debug.evaluate', again), { code: 'insufficient_scope' })
})
