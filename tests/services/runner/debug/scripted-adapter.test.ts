import t from 'tap'
import { scriptedRig } from './live-rig.ts'
import type { Script } from './scripted-adapter.ts'

const frame = { id: 5, name: 'asked', line: 7, column: 1 }
const stopped = { event: 'stopped', body: { reason: 'breakpoint', threadId: 3 } }
const script: Script = {
  initialize: { body: { supportsConfigurationDoneRequest: true }, events: [{ event: 'initialized' }] },
  configurationDone: { events: [stopped] },
  stackTrace: { body: { stackFrames: [frame] } },
}
const deadlines = { configureMs: 30_000, answerMs: 300 }

t.test('a stop that comes without its frame is asked for it', async t => {
  const { ask, events } = await scriptedRig(t, script)
  t.match(await ask('debug.status', { wait: 20 }), {
    status: 'stopped',
    stop: { number: 1, thread: 3, frame: { name: 'asked', line: 7 } },
  })
  t.same(events, ['stopped'])
})

t.test('one that comes with its frame is told by that, and the others are asked for later', async t => {
  const { ask } = await scriptedRig(t, script, {
    meaning: () => ({
      ...{ reason: 'step', description: null, text: null },
      frame: { ...frame, name: 'told', line: 3 },
    }),
  })
  t.match(await ask('debug.status', { wait: 20 }), { stop: { frame: { index: 0, name: 'told', line: 3 } } })
  t.match(await ask('debug.stack'), { frames: [{ name: 'asked', line: 7 }], total: 1 })
})

t.test('a step that is refused is told to who asked, and to nobody else', async t => {
  const { ask, events, refusal } = await scriptedRig(t, { ...script, next: { answer: 'refused' } })
  const before = await ask('debug.status', { wait: 20 })
  t.same(await refusal('debug.next'), { code: 'debugger_refused', message: 'not now' })
  t.same(await ask('debug.status', { wait: 0 }), before, 'it stands where it stood')
  t.same(events, ['stopped'])
})

t.test('a step that nothing is answered to is told as gone on', async t => {
  const { ask, events, refusal } = await scriptedRig(
    t,
    { ...script, next: { answer: 'none' } },
    { deadlines },
  )
  await ask('debug.status', { wait: 20 })
  t.same(await refusal('debug.next'), {
    code: 'debugger_timeout',
    message: 'the debugger did not answer to next in time: the debuggee keeps it waiting',
  })
  t.match(await ask('debug.status', { wait: 0 }), { status: 'running', stop: null })
  t.same(events, ['stopped', 'continued'])
})

t.test('a pause that is refused is told; one that nothing is answered to stays asked for', async t => {
  const running: Script = { ...script, configurationDone: {} }
  const refusing = await scriptedRig(t, { ...running, pause: { answer: 'refused' } })
  await refusing.live.whenLaunched()
  t.same(await refusing.refusal('debug.pause', { wait: 20 }), {
    code: 'debugger_refused',
    message: 'not now',
  })
  const silent = await scriptedRig(t, { ...running, pause: { answer: 'none' } }, { deadlines })
  await silent.live.whenLaunched()
  t.match(await silent.ask('debug.pause', { wait: 0.5 }), { status: 'running' }, 'longer than answers take')
})

t.test('a debuggee that its debugger never sees is ended', async t => {
  const { cause, events } = await scriptedRig(
    t,
    { initialize: {} },
    { deadlines: { ...deadlines, configureMs: 200 } },
  )
  t.same(await cause, {
    reason: 'debugger_failed',
    message: 'the debuggee was not under its debugger after 0.2 s',
  })
  t.same(events, [])
})

t.test('an exception is asked for where the adapter has not said which', async t => {
  const asked = async (more: object) => {
    const { ask, said } = await scriptedRig(
      t,
      {
        ...script,
        initialize: {
          body: { supportsConfigurationDoneRequest: true, supportsExceptionInfoRequest: true },
          events: [{ event: 'initialized' }],
        },
        configurationDone: {
          events: [{ event: 'stopped', body: { reason: 'exception', threadId: 3, ...more } }],
        },
        exceptionInfo: { body: { exceptionId: 'Asked', description: 'why' }, echo: true },
      },
      { meaning: ({ reason, description = null, text = null }) => ({ reason, description, text }) },
    )
    const { stop } = await ask('debug.status', { wait: 20 })
    return [stop?.description, stop?.text, said.length]
  }
  t.same(await asked({}), ['Asked', 'why', 1])
  t.same(await asked({ description: 'Told', text: 'so' }), ['Told', 'so', 0])
})
