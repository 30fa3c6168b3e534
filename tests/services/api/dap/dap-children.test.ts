import t from 'tap'
import { DapChildren } from '../../../../services/api/dap/dap-children.ts'
import type { DebuggedProcess, ToRunnerDap } from '../../../../services/contract/dap.ts'
import { type DebugSessionId, debugSessionId, viewerId } from '../../../../services/contract/ids.ts'
import { addChild, endChild, getDebugSession } from '../../../../services/store/debug-sessions.ts'
import { until } from '../../../until.ts'
import { startDebugRig } from '../debug-rig.ts'
import { agreed, agreeing, editor } from './dap-editor.ts'

type Rig = Awaited<ReturnType<typeof startDebugRig>>

/** A process of a debuggee, as the runner has it recorded. */
async function child({ store }: Rig, parent: DebugSessionId, process: number): Promise<DebuggedProcess> {
  const found = await getDebugSession(store, parent)
  if (found === undefined) throw new Error('its parent is not there')
  const debug = debugSessionId.create()
  const { session_id, command_id, engine, request_json, created_at } = found
  await addChild(store, {
    ...{ id: debug, session_id, command_id, engine, request_json, created_at },
    ...{ parent_id: parent, process_id: process },
  })
  return { debug, process, parent: viewerId.create() }
}

const exited = { reason: 'exited', message: 'the program exited with code 3', exit_code: 3 } as const

/** A runner that agrees to all, and tells of these when its editor is ready. */
const telling = (heard: ToRunnerDap[], children: readonly DebuggedProcess[]) => (message: ToRunnerDap) => {
  heard.push(message)
  if (message.type !== 'dap') return []
  const ready = message.message.command === 'configurationDone'
  return [
    agreed(message.message),
    ...(ready ? children.map(one => ({ type: 'dap_child' as const, child: one })) : []),
  ]
}

t.test('an editor that can is asked to debug each process, with what it is to say there', async t => {
  const rig = await startDebugRig(t)
  const debug = await rig.launched()
  const children = [await child(rig, debug.id, 41), await child(rig, debug.id, 42)]
  const over = await child(rig, debug.id, 43)
  await endChild(rig.store, over.debug, exited, new Date().toISOString())
  rig.runner.editor = telling([], [over, ...children])
  const { ask, asked, reply, events, socket } = await editor(rig)
  await ask('initialize', { supportsStartDebuggingRequest: true })
  await ask('attach', { debugServer: 4711, request: 'attach' })
  await ask('configurationDone')
  await until('it is asked', () => asked().length === 2)
  t.match(
    asked(),
    children.map(({ debug: id, parent, process }) => ({
      command: 'startDebugging',
      arguments: {
        request: 'attach',
        configuration: { name: `process ${process}`, debug: id, parent, debugServer: 4711 },
      },
    })),
    'not of one that has ended',
  )
  const [first, second] = asked()
  reply(first?.seq ?? 0, true)
  reply(second?.seq ?? 0, false, 'the user does not want to')
  reply(99, true)
  await until('why', () => events('output').length === 1)
  t.match(events('output'), [
    { body: { category: 'console', output: /not at process 42 \(dbg_.*runs on: the user does not want to/ } },
  ])
  t.match(await ask('threads'), { success: true }, 'and all goes on')
  socket.close()
})

t.test('an editor that cannot is asked nothing', async t => {
  const rig = await startDebugRig(t)
  const debug = await rig.launched()
  const one = await child(rig, debug.id, 41)
  rig.runner.editor = telling([], [one])
  const { ask, said, socket } = await editor(rig)
  for (const command of ['initialize', 'attach', 'configurationDone', 'threads']) await ask(command)
  t.same([...new Set(said.map(({ type }) => type))], ['response'])
  socket.close()
})

t.test('attach comes to the debug session that it names, once', async t => {
  const rig = await startDebugRig(t)
  const debug = await rig.launched()
  const { debug: id, parent } = await child(rig, debug.id, 41)
  const heard: ToRunnerDap[] = []
  rig.runner.editor = agreeing(heard)
  const { ask, socket } = await editor(rig)
  t.match(await ask('attach', { debug: 'no id' }), { message: /debug: expected an id of the form dbg_/ })
  t.match(await ask('attach', { debug: 'dbg_0000' }), { message: /no debug session dbg_0000/ })
  t.match(await ask('attach', { debug: id, parent: 7 }), { message: /parent: / })
  t.match(await ask('attach', { debug: id.slice(0, 14), parent }), { success: true })
  t.match(await ask('attach', { debug: debug.id }), { success: true }, 'which is for the runner to refuse')
  const opened = heard.flatMap(message => (message.type === 'dap_open' ? [message] : []))
  t.match(opened, [
    { debug: debug.id, parent: null },
    { debug: id, parent, launches: false },
  ])
  t.equal(opened.length, 2)
  socket.close()
})

t.test(
  'an editor that waits for no answer to initialize gets one though its debuggee is another by then',
  async t => {
    const rig = await startDebugRig(t)
    const { id } = await rig.launched()
    const { debug, parent } = await child(rig, id, 41)
    rig.runner.editor = message =>
      message.type === 'dap' && message.message.command !== 'initialize' ? [agreed(message.message)] : []
    const { ask, socket } = await editor(rig)
    const begun = ask('initialize')
    t.match(await ask('attach', { debug, parent }), { success: true })
    t.match(await begun, { success: true, body: { supportsConfigurationDoneRequest: true } })
    socket.close()
  },
)

t.test('a process that has ended before its editor comes has ended, and is no mistake', async t => {
  const rig = await startDebugRig(t)
  const debug = await rig.launched()
  const { debug: id, parent } = await child(rig, debug.id, 41)
  const heard: ToRunnerDap[] = []
  const gone = 'it has ended'
  rig.runner.editor = message => {
    heard.push(message)
    if (message.type !== 'dap') return []
    const { seq, command } = message.message
    return [
      {
        type: 'dap',
        message: { type: 'response', request_seq: seq, command, success: false, message: gone },
      },
    ]
  }
  const before = await editor(rig)
  t.match(await before.ask('initialize'), { success: true, body: { supportsConfigurationDoneRequest: true } })
  t.match(await before.ask('attach', { debug: id, parent }), { success: false, message: gone })
  await endChild(rig.store, id, exited, new Date().toISOString())
  const ends = async (one: typeof before) => {
    t.match(await one.ask('attach', { debug: id, parent }), { success: true })
    await until('its end', () => one.events('terminated').length === 1)
    t.match(one.events('exited'), [{ body: { exitCode: 3 } }])
    t.match(await one.ask('disconnect', { terminateDebuggee: true }), { success: true })
    t.same(await one.closed, [1000, 'complete'])
  }
  await ends(before)
  await ends(await editor(rig))
  const passed = heard.flatMap(message => (message.type === 'dap' ? [message.message.command] : []))
  t.notOk(passed.includes('disconnect'), 'what was launched is not ended in its place')
  const byName = await editor(rig)
  t.match(await byName.ask('attach', { debug: id }), { success: false, message: /has ended: .* code 3/ })
  byName.socket.close()
})

t.test('an editor that never answers keeps it from nothing', async t => {
  const processes = Array.from({ length: 300 }, (_, process) => ({
    ...{ debug: debugSessionId.create(), process, parent: viewerId.create() },
  }))
  const [asked, declined]: [number[], number[]] = [[], []]
  const children = new DapChildren({
    ask: ({ process }) => asked.push(process),
    lives: async ({ process }) => process !== 100,
    declined: ({ process }) => void declined.push(process),
    answerMs: 1,
  })
  for (const one of processes) children.came(one)
  await until('all have had their time', () => declined.length === asked.length && declined.includes(299))
  t.same(asked.slice(0, 9), [0, 1, 2, 3, 4, 5, 6, 7, 44], 'of very many the oldest are passed over')
  t.notOk(asked.includes(100))
  children[Symbol.dispose]()
  children.came(processes[0] ?? { debug: debugSessionId.create(), process: 0, parent: viewerId.create() })
  t.equal(asked.length, declined.length)
})
