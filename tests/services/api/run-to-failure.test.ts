import t from 'tap'
import { endedReport, type FailureReport, mostReportBytes } from '../../../services/contract/debug-report.ts'
import { failureReport } from '../../../services/contract/examples/things.ts'
import { debugSessionId } from '../../../services/contract/ids.ts'
import type { Ask } from '../../../services/contract/runner-messages.ts'
import { addChild, getDebugSession } from '../../../services/store/debug-sessions.ts'
import { debugRequestOf, toDebugSession } from '../../../services/store/rows.ts'
import { startDebugRig, stopped } from './debug-rig.ts'

async function rigOf(t: Parameters<typeof startDebugRig>[0]) {
  const all = await startDebugRig(t)
  const { rig, session, runner, store } = all
  const load = async (id: Ask['debug']) => {
    const row = await getDebugSession(store, id)
    if (row === undefined) throw new Error('it was launched')
    return row
  }
  /** Begins one, lets it write this and stop. */
  const begun = async (input: object, said: { stdout?: string; stderr?: string } = {}) => {
    const running = rig.call('debug.run_to_failure', { session, python: 'app.py', ...input })
    const launched = await runner.nextAsk('debug.status')
    const row = await load(launched.debug)
    await runner.start(session, row.command_id)
    for (const stream of ['stdout', 'stderr'] as const)
      await runner.write(session, row.command_id, stream, said[stream] ?? '')
    runner.answer(launched, { ok: true, value: stopped(toDebugSession(row)) })
    const ask = await runner.nextAsk('debug.run_to_failure')
    const { id, command_id: command } = row
    return { running, row, ask, report: { ...failureReport, debug: id, command, kept: true } }
  }
  return { ...all, begun, load }
}

t.test('it is launched to stop at failures, and told with the end of its output', async t => {
  const { runner, begun } = await rigOf(t)
  const said = { stdout: `${'x'.repeat(79)}\n`.repeat(100), stderr: 'é'.repeat(3_000) }
  const { running, row, ask, report } = await begun({ keep: true, wait: 9, arguments: ['-v'] }, said)
  t.match(debugRequestOf(row), { exceptions: 'failures', breakpoints: [], arguments: ['-v'] })
  t.ok(Number(ask.input.wait) > 1 && Number(ask.input.wait) <= 9)
  runner.answer(ask, { ok: true, value: report })
  const told = await running
  t.match(told, { ...report, output: Object, left_out: [...report.left_out, 'earlier output: debug.output'] })
  t.match(told.output.stdout, /^(?:x{79}\n){9,}$/, 'whole lines')
  t.match(told.output.stderr, /^é{300,}$/)
  t.ok(Buffer.byteLength(JSON.stringify(told)) < mostReportBytes)
})

t.test('it is ended unless it is kept', async t => {
  const { rig, session, runner, begun } = await rigOf(t)
  const { running, row, ask, report } = await begun({})
  runner.answer(ask, { ok: true, value: report })
  const end = await runner.nextAsk('debug.terminate')
  t.equal(end.debug, report.debug)
  await runner.end(session, row.command_id, 'failed', 143)
  runner.answer(end, { ok: true, value: await rig.call('debug.status', { session, debug: row.id }) })
  t.match(await running, { kept: false, outcome: 'assertion' })
})

t.test('of a child process that has failed, the whole program is ended', async t => {
  const { rig, session, runner, store, begun, load } = await rigOf(t)
  const { running, row, ask, report } = await begun({ keep: true })
  const { id, session_id, command_id, engine, request_json, created_at } = row
  const child = debugSessionId.create()
  await addChild(store, {
    ...{ id: child, session_id, command_id, engine, request_json, created_at },
    ...{ parent_id: id, process_id: 7 },
  })
  const failed = { ...report, debug: child, parent: id, process: 7 }
  runner.answer(ask, { ok: true, value: failed })
  t.match(await running, { kept: true, debug: child, parent: id, process: 7 })

  const goingOn = rig.call('debug.run_to_failure', { session, debug: child })
  const next = await runner.nextAsk('debug.run_to_failure')
  t.equal(next.debug, child)
  runner.answer(next, { ok: true, value: failed })
  const end = await runner.nextAsk('debug.terminate')
  t.equal(end.debug, id)
  await runner.end(session, command_id, 'failed', 143)
  runner.answer(end, { ok: true, value: toDebugSession(await load(id)) })
  t.match(await goingOn, { kept: false, debug: child, outcome: 'assertion' })
})

t.test('nothing is left behind of one that cannot be told of', async t => {
  const { rig, session, runner, begun } = await rigOf(t)
  const { ask } = await begun({ keep: true }).then(one => {
    one.running.catch(() => undefined)
    return one
  })
  runner.answer(ask, { ok: false, code: 'debugger_timeout', detail: 'it says nothing' })
  t.equal((await runner.nextAsk('debug.terminate')).debug, ask.debug)
  t.match(await rig.refused('debug.run_to_failure', { session, debug: ask.debug, python: 'x.py' }), {
    code: 'invalid_input',
    errors: [{ path: 'python', message: 'give a program or debug, not both' }],
  })
  t.match(await rig.refused('debug.run_to_failure', { session }), { errors: [{ path: 'python' }] })
})

t.test('one that has ended by itself is told as it ended', async t => {
  const { rig, session, runner, load } = await rigOf(t)
  const running = rig.call('debug.run_to_failure', { session, python: 'app.py' })
  const ask = await runner.nextAsk('debug.status')
  const { command_id } = await load(ask.debug)
  await runner.start(session, command_id)
  await runner.write(session, command_id, 'stdout', 'all is well\n')
  await runner.end(session, command_id, 'succeeded', 0)
  const row = await load(ask.debug)
  runner.answer(ask, { ok: true, value: toDebugSession(row) })
  const expected: FailureReport = endedReport(toDebugSession(row))
  t.match(await running, { ...expected, outcome: 'passed', output: { stdout: 'all is well\n', stderr: '' } })
  t.match(await rig.refused('debug.run_to_failure', { session, debug: ask.debug }), {
    code: 'debug_session_ended',
  })
})
