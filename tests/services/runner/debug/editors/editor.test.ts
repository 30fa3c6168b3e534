import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { LiveDebugSession } from '../../../../../services/runner/debug/live-debug-session.ts'
import { until } from '../../../../until.ts'
import { noRequest, scriptedRig } from '../live-rig.ts'
import type { Script } from '../scripted-adapter.ts'
import { editorOn } from './editor-on.ts'

/** One frame more than a page, each told whatever is asked for. */
const frames = [1, 2, 3, 4].map(id => ({ id, name: `f${id}`, line: id, column: 1 }))
const stopped = { event: 'stopped', body: { reason: 'breakpoint', threadId: 3 } }
const verified = (count: number) => ({
  body: { breakpoints: Array.from({ length: count }, (_, at) => ({ id: 70 + at, verified: true })) },
})
const script: Script = {
  initialize: {
    body: { supportsConfigurationDoneRequest: true, supportsSetVariable: true, supportsStepBack: false },
    events: [{ event: 'initialized' }],
  },
  configurationDone: { events: [stopped] },
  stackTrace: { body: { stackFrames: frames } },
  setBreakpoints: verified(3),
}

function threeLines(live: LiveDebugSession) {
  writeFileSync(join(live.paths.top, 'a.py'), 'one\ntwo\nthree\n')
  return { path: join(live.paths.top, 'a.py') }
}

t.test('nothing that the engine has not announced comes to it', async t => {
  const { live } = await scriptedRig(t, {
    ...script,
    stepBack: { answer: 'none' },
    readMemory: { answer: 'none' },
  })
  const { ask, begun } = editorOn(live)
  await begun()
  for (const command of [
    'stepBack',
    'reverseContinue',
    'readMemory',
    'completions',
    'modules',
    'disassemble',
  ])
    t.match(await ask(command, { threadId: 3 }), {
      success: false,
      message: `this debugger (debugpy) has no ${command}`,
    })
  t.match(await ask('cancel'), { success: false, message: 'there is no request "cancel" here' })
  const { body } = await ask('initialize')
  t.match(body, { supportsSetVariable: true, supportsConfigurationDoneRequest: true })
  t.notOk(Reflect.has(Object(body), 'supportsStepBack'))
})

t.test('who watches sees all, and changes nothing for anybody', async t => {
  const { live } = await scriptedRig(t, script)
  const source = threeLines(live)
  const mine = editorOn(live)
  await mine.begun()
  await mine.ask('setBreakpoints', { source, breakpoints: [{ line: 1 }] })
  await mine.editor.leave()
  await live.breakpoints.add([{ wish: { kind: 'line', at: 'a.py:2' } }], { ids: [], clear: false })
  const before = live.breakpoints.list.told()
  const { ask, events, mistakes } = editorOn(live, { role: 'watch', parent: mine.id })
  t.match((await ask('initialize')).body, { supportsSetVariable: false, supportsTerminateRequest: false })
  t.match(await ask('attach'), { success: true })
  const notSet = { verified: false, message: /^you watch this debugger/ }
  t.match(await ask('setBreakpoints', { source, breakpoints: [{ line: 2 }, { line: 3 }] }), {
    success: true,
    body: { breakpoints: [notSet, notSet] },
  })
  t.match(await ask('setExceptionBreakpoints', { filters: ['raised'] }), { body: { breakpoints: [notSet] } })
  t.match(await ask('configurationDone'), { success: true })
  t.match(events('stopped'), [{ body: { reason: 'breakpoint', threadId: 3 } }])
  t.match(await ask('stackTrace', { threadId: 3 }), { body: { totalFrames: 4 } })
  for (const command of [
    ...['continue', 'pause', 'setVariable', 'goto', 'terminate', 'restart', 'dataBreakpointInfo'],
    ...['evaluate', 'completions', 'nonsense'],
  ])
    t.match(await ask(command, { threadId: 3, expression: 'x', context: 'hover' }), {
      success: false,
      message: `${command}: you watch this debugger: who controls it may change what it does`,
    })
  t.match(await ask('disconnect', { terminateDebuggee: true }), { success: false })
  t.match(await ask('disconnect'), { success: true })
  t.same(live.breakpoints.list.told(), before)
  t.equal(live.view().status, 'stopped')
  t.same(mistakes, [])
})

t.test('who watches is shown no file but those of the worktree and of frames', async t => {
  const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'elsewhere-')))
  t.teardown(() => rmSync(elsewhere, { recursive: true }))
  const [secret, library] = [join(elsewhere, 'token'), join(elsewhere, 'lib.py')]
  writeFileSync(secret, 'hunter2\n')
  writeFileSync(library, 'f()\n')
  const stackFrames = [{ id: 1, name: 'f', line: 1, column: 1, source: { path: library } }]
  const { live } = await scriptedRig(t, { ...script, stackTrace: { body: { stackFrames } } })
  const { path: own } = threeLines(live)
  symlinkSync(secret, join(live.paths.top, 'link'))
  const { ask, begun } = editorOn(live, { role: 'watch' })
  await begun()
  t.match(await ask('source', { source: { path: own } }), { body: { content: 'one\ntwo\nthree\n' } })
  for (const path of [secret, join(live.paths.top, 'link'), '../../../../etc/passwd', '/etc/passwd'])
    t.match(await ask('source', { source: { path }, sourceReference: 0 }), {
      success: false,
      message: `${path}: who watches is shown files of the worktree, and those where frames stand`,
    })
  const { body } = await ask('stackTrace', { threadId: 3 })
  const [frame] = (body as { stackFrames: { source: { sourceReference: number } }[] }).stackFrames
  t.match(await ask('source', { source: frame?.source }), { body: { content: 'f()\n' } })
  const owner = editorOn(live)
  await owner.begun()
  t.match(await owner.ask('source', { source: { path: secret } }), { body: { content: 'hunter2\n' } })
})

t.test('before attach there is nothing to ask, and twice there is nothing to attach to', async t => {
  const { live } = await scriptedRig(t, script)
  const { ask, begun } = editorOn(live)
  t.match(await ask('threads'), { success: false, message: /send attach or launch first/ })
  await begun()
  t.match(await ask('attach'), { success: false, message: /has a debuggee already/ })
})

t.test('a page of the stack is a page, whatever the engine makes of that', async t => {
  const { live } = await scriptedRig(t, script)
  const { ask, begun } = editorOn(live)
  await begun()
  const page = { threadId: 3, startFrame: 1, levels: 2 }
  t.match(await ask('stackTrace', page), {
    body: { stackFrames: [{ name: 'f2' }, { name: 'f3' }], totalFrames: 4 },
  })
  t.match(await ask('stackTrace', { threadId: 3 }), { body: { stackFrames: frames, totalFrames: 4 } })
  t.match(await ask('stackTrace', {}), { success: false, message: /stackTrace: threadId/ })
})

t.test('breakpoints of two editors and of others are told apart', async t => {
  const { live, ask: others } = await scriptedRig(t, script)
  const one = editorOn(live)
  const two = editorOn(live)
  await one.begun()
  await two.begun()
  const source = threeLines(live)
  const set = (of: typeof one, ...lines: number[]) =>
    of.ask('setBreakpoints', { source, breakpoints: lines.map(line => ({ line })) })
  const lines = () => live.breakpoints.list.told().map(told => (told.kind === 'line' ? told.line : 0))
  t.match(await set(one, 1, 2), {
    body: {
      breakpoints: [
        { id: 1, line: 1 },
        { id: 2, line: 2 },
      ],
    },
  })
  t.match(await set(two, 2, 3), {
    body: {
      breakpoints: [
        { id: 2, line: 2 },
        { id: 3, line: 3 },
      ],
    },
  })
  await others('debug.break', { breakpoints: ['a.py:1'] })
  await set(one)
  t.same(lines(), [1, 2, 3], '1 is of others as well, 2 of the other editor')
  await set(two, 3)
  t.same(lines(), [1, 3])
  await until('what the first is told', () => one.events('breakpoint').length >= 2)
  t.match(one.events('breakpoint').at(-1), { body: { reason: 'removed', breakpoint: { id: 2 } } })
  await two.editor.leave()
  t.same(lines(), [1], 'who goes takes its own along')
  await others('debug.break', { breakpoints: ['a.py:1'], remove: true })
  t.same(lines(), [], 'what is taken away is away for all')
})

t.test('in the place of another it says anew what it wants, and holds the program until then', async t => {
  const breakpoints = ['a.py:1', 'a.py:2', 'a.py:3'].map(at => ({ kind: 'line', at }) as const)
  const request = { ...noRequest, breakpoints, held: true }
  const { live } = await scriptedRig(t, script, { request })
  const source = threeLines(live)
  const { ask, events } = editorOn(live, { launches: true, inherits: ['line a.py:1', 'line a.py:2'] })
  t.match(await ask('restart', { arguments: {} }), { success: true })
  t.match(events('capabilities'), [{ body: { capabilities: { supportsRestartRequest: true } } }])
  t.equal(events('initialized').length, 1)
  await ask('setBreakpoints', { source, breakpoints: [{ line: 2 }] })
  t.equal(live.view().status, 'launching')
  await ask('configurationDone')
  await until('it stands', () => live.view().status === 'stopped')
  t.match(live.breakpoints.list.told(), [{ line: 2 }, { line: 3 }], 'the third is of others')
  await ask('setBreakpoints', { source, breakpoints: [] })
  t.match(live.breakpoints.list.told(), [{ line: 3 }])
})

t.test('what cannot be is told of each breakpoint alone', async t => {
  const { live } = await scriptedRig(t, script)
  const { ask, begun } = editorOn(live)
  await begun()
  const source = threeLines(live)
  const breakpoints = [
    { line: 1, hitCondition: '>2' },
    { line: 2, hitCondition: 'often' },
    { line: 3, condition: 'x' },
  ]
  t.match(await ask('setBreakpoints', { source, breakpoints }), {
    body: {
      breakpoints: [
        { verified: true, line: 1 },
        { verified: false, message: 'hit count "often": expected N, ==N, >N, >=N or %N' },
        { verified: false, message: 'this debugger (debugpy) has no conditional breakpoints' },
      ],
    },
  })
  t.match(live.breakpoints.list.told(), [{ hit_condition: '>=3' }])
  t.match(await ask('setBreakpoints', { source: { path: '/etc/hosts' }, breakpoints: [{ line: 1 }] }), {
    body: { breakpoints: [{ verified: false, message: /files of the worktree, which \/etc\/hosts is not/ }] },
  })
  t.match(await ask('setBreakpoints', { breakpoints: [] }), {
    success: false,
    message: /setBreakpoints: source/,
  })
})

t.test('data are watched by what the engine calls them, and told by their name', async t => {
  const info = { dataId: 'at 0x7f', description: 'total', accessTypes: ['write'] }
  const can = { supportsConfigurationDoneRequest: true, supportsDataBreakpoints: true }
  const { live, ask: others } = await scriptedRig(t, {
    ...script,
    initialize: { body: can, events: [{ event: 'initialized' }] },
    dataBreakpointInfo: { body: info },
    setDataBreakpoints: verified(1),
  })
  const { ask, begun } = editorOn(live)
  t.match(await ask('initialize'), { body: { supportsDataBreakpoints: true } })
  await begun()
  const set = (dataId: string) =>
    ask('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write', hitCondition: '2' }] })
  t.match(await set('at 0x7f'), { body: { breakpoints: [{ verified: false, message: /ask for it anew/ }] } })
  const asked = { name: 'total', variablesReference: 5 }
  t.match(await ask('dataBreakpointInfo', asked), { body: info })
  t.match(await set('at 0x7f'), { body: { breakpoints: [{ id: 1, verified: true }] } })
  t.match(await others('debug.break'), [
    { kind: 'data', expression: 'total', access_type: 'write', hit_condition: '2' },
  ])
  t.match(await ask('setDataBreakpoints', { breakpoints: [{ dataId: 7 }] }), { message: /dataId/ })
  await ask('setDataBreakpoints', { breakpoints: [] })
  t.same(live.breakpoints.list.told(), [])
})

t.test('what goes on is told to the others, and where it stops to all', async t => {
  const step: Script = { ...script, next: { events: [stopped] } }
  const { live } = await scriptedRig(t, step)
  const one = editorOn(live)
  const two = editorOn(live)
  await one.begun()
  await two.begun()
  t.match(await one.ask('next', { threadId: 3 }), { success: true })
  await until('the stop', () => one.events('stopped').length === 2 && two.events('stopped').length === 2)
  t.equal(one.events('continued').length, 0)
  t.match(two.events('continued'), [{ body: { allThreadsContinued: true } }])
  const answered = one.said.findIndex(said => said.type === 'response' && said.command === 'next')
  t.ok(
    answered < one.said.findLastIndex(said => said.type === 'event' && said.event === 'stopped'),
    'behind the answer to the step',
  )
})

t.test('an expression that is refused is told so, and one of another stop as well', async t => {
  const { live } = await scriptedRig(t, { ...script, evaluate: { answer: 'refused' } })
  const { ask, begun } = editorOn(live)
  await begun()
  await ask('stackTrace', { threadId: 3 })
  t.match(await ask('evaluate', { expression: 'x', frameId: 2 }), { success: false, message: 'not now' })
  t.match(await ask('evaluate', { expression: 'x', frameId: 99 }), {
    success: false,
    message: /is of no stack/,
  })
})

t.test('what an editor launches waits for it, and ends when it goes before', async t => {
  const { live, cause } = await scriptedRig(t, script)
  const { editor, ask } = editorOn(live, { launches: true })
  await ask('initialize')
  await editor.leave()
  t.match(await cause, { reason: 'debugger_failed', message: /has gone before it ran/ })
})

t.test('what an editor has launched stays when it goes later', async t => {
  const { live, cause } = await scriptedRig(t, script)
  const { editor, begun } = editorOn(live, { launches: true })
  await begun()
  await editor.leave()
  live.end({ reason: 'ended_by_debugger' })
  t.same(await cause, { reason: 'ended_by_debugger' }, 'and nothing has ended it before')
})

t.test('disconnect lets go, unless it says otherwise', async t => {
  const { live, cause } = await scriptedRig(t, script)
  const one = editorOn(live)
  await one.begun()
  await one.ask('disconnect', { restart: false })
  t.ok(one.closed())
  const count = one.said.length
  await one.editor.take({ seq: 99, type: 'request', command: 'threads' })
  t.equal(one.said.length, count, 'nothing is said to who has gone')
  const two = editorOn(live)
  await two.begun()
  await two.ask('disconnect', { terminateDebuggee: true })
  t.match(await cause, { reason: 'ended_by_debugger' })
  t.same([...one.mistakes, ...two.mistakes], [])
})

t.test('what the engine says is told in its order, whatever has to be looked up for it', async t => {
  const output = (text: string, more: object = {}) => ({ event: 'output', body: { output: text, ...more } })
  const elsewhere = { source: { path: '/no/such/place/lib.py' } }
  const said = ['one', 'two', 'three', 'four']
  const events = said.map((text, at) => output(text, at % 2 === 0 ? elsewhere : {}))
  const { live } = await scriptedRig(t, { ...script, next: { events } })
  const { ask, begun, events: told } = editorOn(live)
  await begun()
  await until('it stands', () => (live.view().status === 'stopped' ? true : undefined))
  await ask('next', { threadId: 3 })
  await until('all is told', () => told('output').length === said.length || undefined)
  t.match(
    told('output'),
    said.map(text => ({ body: { output: text } })),
  )
})

t.test('what floods it while a step is not answered waits for that only so long', async t => {
  const outputs = Array.from({ length: 1_500 }, (_, at) => ({ event: 'output', body: { output: `${at}\n` } }))
  const { live } = await scriptedRig(
    t,
    { ...script, next: { events: outputs, answer: 'none' } },
    { deadlines: { configureMs: 30_000, answerMs: 1_000 } },
  )
  const { ask, said, begun, events } = editorOn(live)
  await begun()
  t.match(await ask('next', { threadId: 3 }), { success: false, message: /did not answer to next/ })
  await until('all of it', () => events('output').length === outputs.length)
  const answered = said.findIndex(one => one.type === 'response' && one.command === 'next')
  const before = said.slice(0, answered).filter(one => one.type === 'event' && one.event === 'output').length
  t.ok(before >= 1_000 && before < outputs.length, `${before} before the answer, the others behind it`)
  t.same(
    events('output').map(one => one.type === 'event' && one.body),
    outputs.map(({ body }) => body),
    'nothing is lost, and all in its order',
  )
})
