import t from 'tap'
import { serverSchema } from '../../../config/schema.ts'
import { getCommand } from '../../../services/store/commands.ts'
import { environmentOf } from '../../../services/store/rows.ts'
import { startRig } from './rig.ts'
import { until } from './until.ts'

t.test('a command is queued as it was given', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id: session } = await rig.session()
  const woken = rig.runner.nextWake()
  const command = await rig.call('commands.run', {
    session,
    command: ['printf', '%s', ''],
    directory: 'src',
    environment: { A_1: 'é' },
    timeout: 1.5,
  })
  t.match(command, {
    session,
    sequence: 1,
    status: 'queued',
    command: ['printf', '%s', ''],
    directory: 'src',
  })
  const row = await getCommand(rig.store, command.id)
  t.equal(row?.timeout_seconds, 1.5)
  t.same(row && environmentOf(row), { A_1: 'é' })
  await woken
  t.match(await rig.call('commands.run', { session, command: 'ls' }), { sequence: 2, directory: '.' })
})

t.test('a command that waits is answered with its exit code', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id: session } = await rig.session()
  const woken = rig.runner.nextWake()
  const run = rig.call('commands.run', { session, command: 'exit 3', wait: 30 })
  await woken
  const {
    items: [queued],
  } = await rig.call('commands.list', { session })
  if (queued === undefined) throw new Error('none')
  await rig.runner.start(session, queued.id)
  await rig.runner.end(session, queued.id, 'failed', 3)
  t.match(await run, { id: queued.id, status: 'failed', exit_code: 3 })
})

t.test('without any hint a wait ends all the same', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { commands } = await rig.session(['true'])
  rig.runner.hints = false
  const waiting = rig.call('commands.get', { command: commands[0], wait: 30 })
  if (commands[0] === undefined) throw new Error('one was queued')
  await rig.runner.play(commands[0])
  t.match(await waiting, { status: 'succeeded', exit_code: 0 })
})

t.test('a wait that is over answers with what there is', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { commands } = await rig.session(['sleep 100'])
  const started = performance.now()
  t.match(await rig.call('commands.get', { command: commands[0], wait: 0.2 }), { status: 'queued' })
  const took = performance.now() - started
  t.ok(took >= 190, `${took} ms`)
})

t.test(
  'a queued command is cancelled at once, a running one by the runner, an ended one not at all',
  async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id: session, commands } = await rig.session(['one', 'two', 'three'])
    const [one, two, three] = commands
    if (one === undefined || two === undefined || three === undefined) throw new Error('three were queued')
    await rig.runner.play(one)
    t.match(await rig.call('commands.cancel', { command: one }), { status: 'succeeded' })
    t.equal((await getCommand(rig.store, one))?.cancel_requested, 0)

    await rig.runner.start(session, two)
    const woken = rig.runner.nextWake()
    const cancelled = rig.call('commands.cancel', { command: two, wait: 30 })
    await woken
    t.equal((await getCommand(rig.store, two))?.cancel_requested, 1)
    await rig.runner.end(session, two, 'cancelled', 143)
    t.match(await cancelled, { status: 'cancelled', exit_code: 143 })
    t.match(await rig.call('commands.get', { command: three }), {
      status: 'cancelled',
      failure: { reason: 'earlier_command_failed' },
    })

    const four = await rig.call('commands.run', { session, command: 'four' })
    t.match(await rig.call('commands.cancel', { command: four.id }), {
      status: 'cancelled',
      failure: { reason: 'cancelled_by_client' },
    })
  },
)

t.test('a client that goes away ends its wait', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { commands } = await rig.session(['sleep 100'])
  const gone = new AbortController()
  const waiting = fetch(`${rig.api.url}/commands/${commands[0]}?wait=60`, {
    headers: { authorization: `Bearer ${rig.alice.secret}` },
    signal: gone.signal,
  })
  await until(() => rig.api.changes.watching === 1, 'the request waits')
  gone.abort()
  await t.rejects(waiting)
  await until(() => rig.api.changes.watching === 0, 'nothing waits any more')
})

t.test('what a command waits for is named as commands are named, within its session', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id: session, commands } = await rig.session(['one', 'two'])
  const [one, two] = commands
  if (one === undefined || two === undefined) throw new Error('two were queued')
  t.match(await rig.call('commands.get', { command: two }), { after: [one], attempts: 0, rerun_of: null })
  const after = [one, two.slice(4, 12), one]
  const queued = await rig.call('commands.run', { session, command: 'three', after })
  t.same(queued.after, [one, two], 'each once')
  t.equal(queued.status, 'queued')

  const { commands: others } = await rig.session(['elsewhere'])
  for (const stranger of [`${others[0]}`, 'cmd_zzzzzzzzzzzz'])
    t.match(await rig.refused('commands.run', { session, command: 'four', after: [one, stranger] }), {
      code: 'command_not_found',
      detail: `no command ${stranger}`,
    })
  t.equal((await rig.call('commands.list', { session })).items.length, 3, 'nothing was queued')

  await rig.runner.start(session, one)
  await rig.runner.end(session, one, 'failed', 1)
  t.match(await rig.call('commands.get', { command: queued.id }), { status: 'cancelled' })
  const late = await rig.call('commands.run', { session, command: 'late', after: [one], wait: 30 })
  t.match(late, { status: 'cancelled', failure: { reason: 'earlier_command_failed' } })
})

t.test('a command is run once more as a new one', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id: session } = await rig.session()
  const given = { command: ['make', 'a b'], directory: 'src', environment: { A: 'b' }, timeout: 9 }
  const first = await rig.call('commands.run', { session, ...given, idempotent: true })
  await rig.runner.play(first.id)
  const woken = rig.runner.nextWake()
  const again = await rig.call('commands.rerun', { command: first.id })
  await woken
  t.match(again, { session, sequence: 2, status: 'queued', rerun_of: first.id, idempotent: true })
  t.match(again, { command: given.command, directory: given.directory, after: [] })
  const row = await getCommand(rig.store, again.id)
  t.equal(row?.timeout_seconds, 9)
  t.same(row && environmentOf(row), { A: 'b' })
  await rig.runner.session(session, 'stopping', 'stopped')
  t.match(await rig.refused('commands.rerun', { command: first.id }), { code: 'session_ended' })
})

t.test('limits are those that were asked for, within what the server allows', async t => {
  const runner = serverSchema.parse({
    runner: { memory_limit: 5_000, output_limit: 300, output_limit_most: 400 },
  }).runner
  const rig = await startRig(t, { commands: runner })
  await rig.repository()
  const { id: session, commands } = await rig.session(['ls'])
  const defaults = { memory: 5_000, processes: null, file_size: null, output: 300, enforcement: null }
  t.same((await rig.call('commands.get', { command: commands[0] })).limits, defaults)
  t.same((await rig.call('commands.run', { session, command: 'ls' })).limits, defaults)
  const asked = { memory_limit: 1, process_limit: 2, file_size_limit: 3, output_limit: 400 }
  const limited = await rig.call('commands.run', { session, command: 'ls', ...asked })
  t.match(limited.limits, { memory: 1, processes: 2, file_size: 3, output: 400 })
  t.match(await rig.refused('commands.run', { session, command: 'ls', output_limit: 401 }), {
    code: 'invalid_input',
    errors: [{ path: 'output_limit', message: 'expected 1 to 400 bytes, the most that this server allows' }],
  })
  const { command } = await rig.call('debug.launch', { session, python: 'app.py' })
  t.same((await rig.call('commands.get', { command })).limits, defaults, 'a debuggee is a command, too')
  await rig.runner.play(limited.id)
  t.match(await rig.call('commands.rerun', { command: limited.id }), {
    limits: { memory: 1, processes: 2, file_size: 3, output: 400 },
  })
})
