import t from 'tap'
import { viewerId } from '../../../services/contract/ids.ts'
import { getCommand } from '../../../services/store/commands.ts'
import { getDebugSession } from '../../../services/store/debug-sessions.ts'
import { debugRequestOf } from '../../../services/store/rows.ts'
import { DebugClient, startDebugRig, stopped } from './debug-rig.ts'
import { liveDebugger } from './live-debugger.ts'
import { until } from './until.ts'

t.test('the runner is told who asks: one viewer for each token and client', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  await launched()
  const ask = async (person: typeof rig.alice, agent: string) => {
    void fetch(`${rig.api.url}/sessions/${session}/debug/threads`, {
      headers: { authorization: `Bearer ${person.secret}`, 'user-agent': agent },
    })
    return (await runner.nextAsk('debug.threads')).by
  }
  const by = await ask(rig.alice, 'one/1.0')
  t.match(by, { user: 'alice', token: 'alice', client: 'one/1.0', role: 'owner' })
  t.ok(viewerId.schema.safeParse(by.id).success)
  t.same(await ask(rig.alice, 'one/1.0'), by, 'the same again')
  const other = await ask(rig.alice, 'two/1.0')
  t.match(other, { client: 'two/1.0' })
  t.not(other.id, by.id)
  t.match(await ask(rig.admin, 'one/1.0'), { user: 'root', role: 'owner' }, 'an administrator as an owner')
  t.match((await ask(rig.alice, 'x'.repeat(500))).client, /^x{100}$/)
})

t.test('who is connected is told to each runner, until they go', async t => {
  const { rig, session, runner } = await startDebugRig(t)
  const here = () => runner.present.get(session) ?? []
  const one = await DebugClient.open(rig, session)
  await until(() => here().length === 1, 'the first')
  const two = await DebugClient.open(rig, session)
  await until(() => here().length === 2, 'the second')
  t.not(here()[0]?.id, here()[1]?.id, 'though they have one token')
  t.match(here(), [{ user: 'alice', role: 'owner' }, { user: 'alice' }])
  const before = here()
  runner.present.clear()
  runner.drop()
  await until(() => here().length === 2, 'a runner that comes back is told anew')
  t.same(here(), before)
  one.socket.terminate()
  await until(() => here().length === 1, 'the first has gone')
  two.socket.close()
  await until(() => here().length === 0, 'all have')
})

t.test('calls of a connection are those of its viewer', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  const client = await DebugClient.open(rig, session)
  const answer = liveDebugger(debug)
  runner.debugger = ask => (ask.operation === 'debug.status' ? answer(ask) : undefined)
  await until(() => runner.present.size === 1, 'it is there')
  const [viewer] = [...runner.present.values()].flat()
  const calling = client.result('debug.control', { action: 'take' })
  const ask = await runner.nextAsk('debug.control')
  t.same(ask.by, viewer)
  t.match(ask.input, { action: 'take', idle: 600, wait: 0 })
  runner.answer(ask, { ok: true, value: { control: null, you: ask.by } })
  t.match(await calling, { you: viewer })
})

t.test('who comes late is told the whole state, with the last of the output', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  await runner.write(debug.session, debug.command, 'stdout', `${'é'.repeat(5_000)}\n`)
  await runner.write(debug.session, debug.command, 'stderr', 'a warning\n')
  const holder = { id: viewerId.create(), user: 'bob', token: null, client: null, role: 'control' } as const
  const at = new Date(0).toISOString()
  const control = { holder, since: at, until: at, taken: true, asking: [] }
  runner.debugger = () => ({ ok: true, value: { ...stopped(debug), control } })
  const client = await DebugClient.open(rig, session)
  await until(() => client.events.length > 0, 'the state')
  const [state] = client.events
  t.match(state, { event: 'state', by: null, debug: { status: 'stopped', control: { holder } } })
  const { chunks = [], next } = state?.output ?? {}
  const text = (stream: string) =>
    chunks.flatMap(chunk => (chunk.stream === stream && 'text' in chunk ? [chunk.text] : [])).join('')
  t.equal(text('stdout').length, 4_096, 'its last 8 KiB, from the beginning of a character on')
  t.equal(text('stderr'), 'a warning\n')
  t.same(next, { stdout: 10_001, stderr: 10, messages: 0 }, 'and where to read on')
})

t.test('who has launched a debuggee is told to its runner', async t => {
  const { rig, launch } = await startDebugRig(t)
  const { id } = await launch()
  const row = await getDebugSession(rig.store, id)
  t.match(row && debugRequestOf(row), { launched_by: { user: 'alice', role: 'owner' } })
})

t.test('that another has the control is told as it is, of the end as well', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  runner.debugger = () => ({ ok: false, code: 'control_held', detail: 'bob has it' })
  for (const operation of ['debug.next', 'debug.break', 'debug.terminate'] as const)
    t.match(await rig.refused(operation, { session }), { code: 'control_held', status: 409 })
  t.match(await rig.refused('debug.variables', { session }), { code: 'runner_unavailable' })
  const row = await getCommand(rig.store, debug.command)
  t.match(row, { status: 'running' }, 'and the store has no other way around it')
})
