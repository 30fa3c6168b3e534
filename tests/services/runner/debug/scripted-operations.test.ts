import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { scriptedRig } from './live-rig.ts'
import type { Script } from './scripted-adapter.ts'

/** What debugpy does not have, asked of an adapter that follows a script: what it is sent, and what is told of it. */

const frame = { id: 5, name: 'main', line: 7, column: 1, instructionPointerReference: '0x40' }
const base: Script = {
  configurationDone: { events: [{ event: 'stopped', body: { reason: 'entry', threadId: 3 } }] },
  stackTrace: { body: { stackFrames: [frame] } },
}
const can = (...names: string[]) => ({
  initialize: {
    body: Object.fromEntries(['supportsConfigurationDoneRequest', ...names].map(name => [name, true])),
    events: [{ event: 'initialized' }],
  },
})

const askedSchema = z.object({ category: z.literal('asked'), output: z.string() })
const asked = (said: readonly unknown[]): unknown[] =>
  said.flatMap(body => {
    const { success, data } = askedSchema.safeParse(body)
    return success ? [JSON.parse(data.output)] : []
  })

t.test('hits are counted for an adapter that does not; others never hear of those that pass', async t => {
  const { ask, events, said } = await scriptedRig(t, {
    ...base,
    ...can('supportsFunctionBreakpoints'),
    setFunctionBreakpoints: { body: { breakpoints: [{ id: 1, verified: true }] }, echo: true },
    continue: {
      echo: true,
      events: [
        { event: 'stopped', body: { reason: 'function breakpoint', threadId: 3, hitBreakpointIds: [1] } },
      ],
    },
  })
  await ask('debug.status', { wait: 20 })
  const breakpoints = [{ kind: 'function', name: 'f', hit_condition: '%3' }]
  t.match(await ask('debug.break', { breakpoints }), [{ id: 1, verified: true, hit_condition: '%3' }])
  t.match(await ask('debug.continue', { wait: 20 }), { stop: { number: 2, breakpoints: [1] } })
  t.match(await ask('debug.continue', { wait: 20 }), { stop: { number: 3, breakpoints: [1] } })
  const sent = asked(said)
  t.same(sent[0], { command: 'setFunctionBreakpoints', breakpoints: [{ name: 'f' }] })
  t.equal(sent.length - 1, 6, 'every third')
  t.same(
    events.filter(event => event !== 'breakpoints'),
    ['stopped', 'continued', 'stopped', 'continued', 'stopped'],
  )
})

t.test('a pause holds that comes while hits are passed over', async t => {
  const hit = { reason: 'function breakpoint', threadId: 3, hitBreakpointIds: [1] }
  const { live, ask, said, refusal } = await scriptedRig(t, {
    ...base,
    ...can('supportsFunctionBreakpoints'),
    setFunctionBreakpoints: { body: { breakpoints: [{ id: 1, verified: true }] } },
    continue: { events: [{ event: 'stopped', body: hit }] },
    pause: { echo: true },
  })
  await ask('debug.status', { wait: 20 })
  await ask('debug.break', { breakpoints: [{ kind: 'function', name: 'f', hit_condition: '999999999' }] })
  const paused = { status: 'stopped', stop: { reason: 'pause', breakpoints: [], frame: { line: 7 } } }
  for (const kind of ['halted', 'running'] as const) {
    t.match(await ask('debug.continue', { wait: 0 }), { status: 'running' })
    await live.state.until(state => state.kind === kind, 20_000)
    t.match(await ask('debug.pause', { wait: 20 }), paused, `asked for while it is ${kind}`)
  }
  t.same(asked(said), [{ command: 'pause', threadId: 0 }], 'the engine is asked where it runs alone')
  t.match(await ask('debug.continue', { wait: 0 }), { status: 'running' })
  t.match(await ask('debug.status', { wait: 0.2 }), { status: 'running' }, 'once')
  t.equal((await refusal('debug.stack')).code, 'debuggee_running')
})

t.test(
  'a pause holds where hits that are passed over are told twice, and each is gone on from once',
  async t => {
    const hit = {
      event: 'stopped',
      body: { reason: 'function breakpoint', threadId: 3, hitBreakpointIds: [1] },
    }
    const { live, ask, said } = await scriptedRig(t, {
      ...base,
      ...can('supportsFunctionBreakpoints'),
      setFunctionBreakpoints: { body: { breakpoints: [{ id: 1, verified: true }] } },
      continue: { echo: true, events: [hit, hit] },
    })
    await ask('debug.status', { wait: 20 })
    await ask('debug.break', { breakpoints: [{ kind: 'function', name: 'f', hit_condition: '999999999' }] })
    t.match(await ask('debug.continue', { wait: 0 }), { status: 'running' })
    await live.state.until(state => state.kind === 'halted', 20_000)
    t.match(await ask('debug.pause', { wait: 5 }), { status: 'stopped', stop: { reason: 'pause' } })
    t.same(asked(said), [{ command: 'continue', threadId: 3 }])
  },
)

t.test('data are watched by what the adapter calls them', async t => {
  const info = { dataId: 'x@1', description: 'x', accessTypes: ['write'] }
  const { ask, refusal, said } = await scriptedRig(t, {
    ...base,
    ...can('supportsDataBreakpoints', 'supportsConditionalBreakpoints'),
    scopes: { body: { scopes: [] } },
    dataBreakpointInfo: { body: info, echo: true },
    setDataBreakpoints: { body: { breakpoints: [{ id: 4, verified: true }] }, echo: true },
    continue: {
      events: [{ event: 'stopped', body: { reason: 'data breakpoint', threadId: 3, hitBreakpointIds: [4] } }],
    },
  })
  await ask('debug.status', { wait: 20 })
  const data = { kind: 'data', expression: 'x' }
  t.match(await ask('debug.break', { breakpoints: [{ ...data, condition: 'x > 1' }] }), [
    { id: 1, kind: 'data', expression: 'x', access_type: 'write', verified: true },
  ])
  t.same(asked(said), [
    { command: 'dataBreakpointInfo', name: 'x', frameId: 5 },
    {
      command: 'setDataBreakpoints',
      breakpoints: [{ dataId: 'x@1', accessType: 'write', condition: 'x > 1' }],
    },
  ])
  t.match(await ask('debug.continue', { wait: 20 }), { stop: { breakpoints: [1] } })
  t.same(await refusal('debug.break', { breakpoints: [{ ...data, access_type: 'read' }] }), {
    code: 'debugger_refused',
    message: 'x cannot be watched for read; it can for write',
  })
  const unknown = await scriptedRig(t, {
    ...base,
    scopes: { body: { scopes: [] } },
    ...can('supportsDataBreakpoints'),
    dataBreakpointInfo: { body: { dataId: null, description: 'it is in a register' } },
  })
  await unknown.ask('debug.status', { wait: 20 })
  t.same(await unknown.refusal('debug.break', { breakpoints: [data] }), {
    code: 'debugger_refused',
    message: 'x cannot be watched: it is in a register',
  })
})

t.test('elements are asked for by the page where the adapter has counted them', async t => {
  const items = {
    name: 'items',
    value: '[…]',
    variablesReference: 11,
    indexedVariables: 4,
    namedVariables: 1,
  }
  const { ask, said } = await scriptedRig(t, {
    ...base,
    ...can(),
    scopes: { body: { scopes: [{ name: 'Locals', variablesReference: 9 }] } },
    variables: { body: { variables: [items] }, echo: true },
  })
  await ask('debug.status', { wait: 20 })
  await ask('debug.variables')
  t.match(await ask('debug.variables', { reference: 11, start: 2, limit: 1 }), { total: 5, next: 3 })
  t.match(await ask('debug.variables', { reference: 11, start: 3, limit: 5 }), { total: 5, next: null })
  t.match(await ask('debug.variables', { reference: 11, filter: 'named' }), { total: 1, next: null })
  const of = { command: 'variables', variablesReference: 11 }
  t.same(asked(said), [
    { ...of, variablesReference: 9 },
    { ...of, filter: 'indexed', start: 2, count: 1 },
    { ...of, filter: 'indexed', start: 3, count: 1 },
    { ...of, filter: 'named', start: 0, count: 1 },
    { ...of, filter: 'named', start: 0, count: 1 },
  ])
})

t.test('machine code and memory', async t => {
  const { ask, refusal, said } = await scriptedRig(t, {
    ...base,
    ...can('supportsDisassembleRequest', 'supportsReadMemoryRequest', 'supportsWriteMemoryRequest'),
    disassemble: {
      body: {
        instructions: [
          { address: '0x40', instruction: 'ret' },
          { address: '0x41', instruction: 'nop' },
        ],
      },
      echo: true,
    },
    readMemory: { body: { address: '0x10', data: Buffer.from('hi').toString('base64') }, echo: true },
    writeMemory: { body: {}, echo: true },
    evaluate: { body: { result: '7', memoryReference: '0x7f' } },
  })
  await ask('debug.status', { wait: 20 })
  t.match(await ask('debug.disassemble', { offset: -2, count: 1 }), [
    { address: '0x40', instruction: 'ret', line: null },
  ])
  t.same(await ask('debug.memory', { address: '0x10', count: 2 }), {
    address: '0x10',
    hex: '6869',
    unreadable: 0,
  })
  t.same(await ask('debug.write_memory', { address: '&x', offset: 1, hex: '00FF' }), { written: 2 })
  t.match(asked(said), [
    { memoryReference: '0x40', instructionOffset: -2, instructionCount: 1, resolveSymbols: true },
    { memoryReference: '0x10', offset: 0, count: 2 },
    { memoryReference: '0x7f', offset: 1, data: Buffer.from([0, 255]).toString('base64') },
  ])
  t.match(await refusal('debug.step_back'), { message: 'this debugger (debugpy) has no way to step back' })
})

t.test('steps say how far they go, and a step back is one', async t => {
  const { ask, said } = await scriptedRig(t, {
    ...base,
    ...can('supportsSteppingGranularity', 'supportsSingleThreadExecutionRequests', 'supportsStepBack'),
    next: { echo: true, events: [{ event: 'stopped', body: { reason: 'step', threadId: 3 } }] },
    stepBack: { echo: true, events: [{ event: 'stopped', body: { reason: 'step', threadId: 3 } }] },
  })
  await ask('debug.status', { wait: 20 })
  await ask('debug.next', { granularity: 'instruction', single_thread: true, wait: 20 })
  t.match(await ask('debug.step_back', { wait: 20 }), { stop: { number: 3, reason: 'step' } })
  t.same(asked(said), [
    { command: 'next', threadId: 3, singleThread: true, granularity: 'instruction' },
    { command: 'stepBack', threadId: 3, granularity: 'statement' },
  ])
})

t.test('of two steps that are asked for in the same moment one is made', async t => {
  const stopped = { event: 'stopped', body: { reason: 'step', threadId: 3 } }
  const { ask, refusal, said } = await scriptedRig(t, {
    ...base,
    ...can(),
    next: { echo: true, events: [stopped] },
  })
  await ask('debug.status', { wait: 20 })
  const [one, other] = await Promise.all([ask('debug.next', { wait: 20 }), refusal('debug.next')])
  t.match(one, { stop: { number: 2 } })
  t.match(other, { code: 'debuggee_running' })
  t.equal(asked(said).length, 1)
})

t.test('whatever an adapter says is told at no greater length than is read', async t => {
  const long = 'x'.repeat(5_000)
  const source = { name: long, path: `/${long}` }
  const breakpoint = { id: 1, verified: false, message: long }
  const { ask, refusal } = await scriptedRig(t, {
    ...can(
      ...['supportsModulesRequest', 'supportsDisassembleRequest', 'supportsLoadedSourcesRequest'],
      'supportsFunctionBreakpoints',
    ),
    configurationDone: { events: [{ event: 'stopped', body: { reason: long, threadId: 3 } }] },
    stackTrace: { body: { stackFrames: [{ ...frame, name: long, source }] } },
    threads: { body: { threads: [{ id: 3, name: long }] } },
    scopes: { body: { scopes: [{ name: long, variablesReference: 1 }] } },
    modules: { body: { modules: [{ ...source, id: long, version: long, symbolStatus: long }] } },
    loadedSources: { body: { sources: [source] } },
    disassemble: {
      body: {
        instructions: [
          { address: long, instruction: long, instructionBytes: long, symbol: long, location: source },
        ],
      },
    },
    setFunctionBreakpoints: { body: { breakpoints: [breakpoint] } },
    next: { body: {} },
    variables: { answer: 'refused', body: { error: { format: long } } },
  })
  const answers = {
    status: await ask('debug.status', { wait: 20 }),
    threads: await ask('debug.threads'),
    stack: await ask('debug.stack'),
    scopes: await ask('debug.scopes'),
    modules: await ask('debug.modules'),
    sources: await ask('debug.sources'),
    disassemble: await ask('debug.disassemble', { count: 1 }),
    break: await ask('debug.break', { breakpoints: [{ kind: 'function', name: 'f' }] }),
    refused: await refusal('debug.variables'),
  }
  for (const [name, answer] of Object.entries(answers)) {
    t.ok(JSON.stringify(answer).length < 12_000, name)
    t.notMatch(JSON.stringify(answer), /x{2001}/, name)
  }
  t.match(answers.stack, { frames: [{ file: null }] })
})

t.test('breakpoints that the adapter refuses change nothing, and can be asked for again', async t => {
  const { ask, refusal, live, said } = await scriptedRig(t, {
    ...base,
    ...can('supportsFunctionBreakpoints'),
    setFunctionBreakpoints: { answer: 'refused', echo: true },
  })
  await ask('debug.status', { wait: 20 })
  const breakpoints = [{ kind: 'function', name: 'f' }]
  for (const times of [1, 2]) {
    t.same(await refusal('debug.break', { breakpoints }), { code: 'debugger_refused', message: 'not now' })
    t.equal(asked(said).length, times)
    t.same(live.breakpoints.list.told(), [])
  }
})

t.test('a line that the adapter refuses to stop at is forgotten', async t => {
  const { ask, refusal, live, said } = await scriptedRig(t, {
    ...base,
    ...can(),
    setBreakpoints: { answer: 'refused', echo: true },
  })
  writeFileSync(join(live.paths.top, 'app.py'), 'one\ntwo\n')
  await ask('debug.status', { wait: 20 })
  t.match(await refusal('debug.until', { at: 'app.py:1' }), { code: 'debugger_refused', message: 'not now' })
  await refusal('debug.break', { breakpoints: ['app.py:2'] })
  t.same(Object(asked(said).at(-1)).breakpoints, [{ line: 2 }])
  t.match(await ask('debug.status', { wait: 0 }), { status: 'stopped', stop: { number: 1 } })
})
