import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commandHasEnded } from '../../../../services/contract/command-state.ts'
import { getCommand } from '../../../../services/store/commands.ts'
import { debugRecord } from '../../../../services/store/debug-record.ts'
import { until } from '../../../until.ts'
import type { RunnerRig } from '../rig.ts'
import { killRunner, pauseRunner, spawnRunner } from '../spawn-runner.ts'
import { pidOf } from './debug-processes.ts'
import { DebugClient, debugging, debugRig, type Launched, noDebugpy } from './debug-rig.ts'

const tree = {
  'app.py': 'ready = True\nopen("dangerous", "w")\n',
  'quick.py': 'print("quick")\n',
}

t.setTimeout(240_000)

/** What was noted is written a moment later. */
const stopRecorded = (rig: RunnerRig, { session, id }: Launched) =>
  until('the stop to be recorded', async () => {
    const lines = await Array.fromAsync(debugRecord(rig.files.debugRecord(session, id)))
    return lines.some(
      line =>
        'entry' in line && line.entry.message.type === 'state' && line.entry.message.event === 'stopped',
    )
  })

t.test('a runner is killed while its debuggee is stopped', { skip: noDebugpy }, async t => {
  const { rig, session } = await debugRig(t, tree)
  await rig.stop()
  const child = await spawnRunner(rig)
  t.teardown(() => killRunner(child))
  const client = await DebugClient.connect(rig.socket)
  t.teardown(() => client.close())
  const { run } = debugging(rig, session, client)
  const debug = await run({ breakpoints: ['app.py:2'] })
  t.match(debug.at, { status: 'stopped' })
  await stopRecorded(rig, debug)
  await killRunner(child)
  await until('debuggee and adapter to be gone', () => pidOf(session.id) === undefined)
  t.notOk(existsSync(join(rig.files.worktree(session.id), 'dangerous')), 'it has not run on')

  await rig.start()
  const row = await rig.ended(debug.command)
  t.match(row, { status: 'failed', exit_code: 137, failure_json: /debugger_lost/ })
  const again = await DebugClient.connect(rig.socket)
  t.teardown(() => again.close())
  const next = debugging(rig, session, again)
  t.match(await next.state(debug, 'debug.status'), {
    status: 'ended',
    end: { reason: 'runner_lost', message: 'the runner that held its debugger went away' },
  })
  t.match(
    await next.answer(debug, 'debug.replay'),
    { stop: { number: 1 }, frames: [{ file: 'app.py', line: 2 }] },
    'its record can be read by another runner',
  )
  t.match((await next.run({ file: 'quick.py' })).at, { end: { exit_code: 0 } }, 'and the next one runs')
})

t.test('a runner that ends in order leaves no debuggee frozen either', { skip: noDebugpy }, async t => {
  const { rig, session, run } = await debugRig(t, tree)
  const debug = await run({ breakpoints: ['app.py:2'] })
  t.match(debug.at, { status: 'stopped' })
  await rig.stop()
  await until('debuggee and adapter to be gone', () => pidOf(session.id) === undefined)
  await rig.start()
  t.match(await rig.ended(debug.command), { status: 'failed', failure_json: /debugger_lost/ })
})

t.test('a runner that is stopped past its lease loses its debuggee', { skip: noDebugpy }, async t => {
  const { rig, session } = await debugRig(t, tree)
  await rig.stop()
  const start = async (name: string) => {
    const socket = join(rig.root, `${name}.sock`)
    const child = await spawnRunner(rig, { socket, termMs: 1_500, graceMs: 1_500 })
    t.teardown(() => killRunner(child))
    const client = await DebugClient.connect(socket)
    t.teardown(() => client.close())
    return { child, ...debugging(rig, session, client) }
  }
  const first = await start('first')
  const debug = await first.launch({ breakpoints: ['app.py:2'] })
  // Nobody wakes these runners: they look at the store by themselves.
  t.match(await first.state(debug, 'debug.status'), { status: 'stopped' })
  await pauseRunner(rig, first.child)
  const second = await start('second')
  t.match(await rig.ended(debug.command), { status: 'failed', failure_json: /debugger_lost/ })
  t.equal(pidOf(session.id), undefined, 'debuggee and adapter are gone')
  first.child.kill('SIGCONT')
  const lost = { status: 'ended', end: { reason: 'runner_lost' } }
  t.match(await second.state(debug, 'debug.status'), lost)
  t.match(await first.state(debug, 'debug.status'), lost)
  t.notOk(existsSync(join(rig.files.worktree(session.id), 'dangerous')), 'it has not run on')
})

t.test('what ended by itself is told as that, whoever comes to tell it', { skip: noDebugpy }, async t => {
  const { rig, launch } = await debugRig(t, tree)
  for (let i = 0; i < 5; i++) {
    const debug = await launch({ file: 'quick.py' })
    await until(
      'it to be taken',
      async () => (await getCommand(rig.store, debug.command))?.status !== 'queued',
    )
    await rig.stop()
    await rig.start()
    const row = await until('its end', async () => {
      const now = await getCommand(rig.store, debug.command)
      return now !== undefined && commandHasEnded(now.status) ? now : undefined
    })
    t.match(row, row.exit_code === 0 ? { status: 'succeeded' } : { failure_json: /debugger_lost/ })
  }
})

t.test('debuggees hold up no commands, and commands hold up no debuggees', { skip: noDebugpy }, async t => {
  const { rig, session, run, state } = await debugRig(t, tree, { slots: 1 })
  const first = await run({ breakpoints: ['app.py:2'] })
  const second = await run({ breakpoints: ['app.py:2'] })
  t.match([first.at, second.at], [{ status: 'stopped' }, { status: 'stopped' }])
  t.match(await rig.run(session, 'true'), { status: 'succeeded' })
  const held = await rig.queue(session, 'until [ -e go ]; do sleep 0.1; done')
  const waiting = await Promise.all([1, 2, 3].map(() => rig.queue(session, 'true')))
  t.match((await run({ file: 'quick.py' })).at, { end: { exit_code: 0 } })
  t.match(await getCommand(rig.store, held), { status: 'running' })
  for (const id of waiting) t.match(await getCommand(rig.store, id), { status: 'queued' })
  for (const debug of [first, second])
    t.match(await state(debug, 'debug.continue'), { end: { exit_code: 0 } })
})
