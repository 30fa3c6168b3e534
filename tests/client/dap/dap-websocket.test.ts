import { join } from 'node:path'
import t from 'tap'
import { noDebugpy } from '../../services/runner/debug/debug-rig.ts'
import { addressOf, dapRig, editorOn, vsCode } from './dap-rig.ts'

t.setTimeout(120_000)

t.test('an editor comes to what an agent has launched', { skip: noDebugpy }, async t => {
  const rig = await dapRig(t)
  const { client, session, local } = rig
  const environment = { PYTHONUNBUFFERED: '1' }
  await client.debug.launch({ session, python: 'app.py', environment, breakpoints: ['app.py:7'], wait: 30 })
  const editor = await editorOn(rig.server, addressOf(rig.server, session, { root: local }))

  const can = await editor.ask('initialize', vsCode)
  t.match(can, { supportsConfigurationDoneRequest: true, supportsSetVariable: true })
  t.match(can.exceptionBreakpointFilters, [{ filter: 'raised' }, { filter: 'uncaught' }])
  await editor.ask('attach', { name: 'Attach', type: 'debug-server', request: 'attach', __sessionId: 'x' })
  await editor.event('initialized')
  const path = join(local, 'app.py')
  const set = await editor.ask('setBreakpoints', {
    source: { name: 'app.py', path },
    lines: [8, 2],
    breakpoints: [{ line: 8 }, { line: 2 }],
    sourceModified: false,
  })
  t.match(set.breakpoints, [
    { id: 2, verified: true, line: 8, source: { path } },
    { verified: false, line: 2, message: /holds no code/ },
  ])
  t.same(editor.events('stopped'), [], 'nothing is told before the editor is ready')
  await editor.ask('configurationDone')
  t.match(await editor.event('stopped'), {
    reason: 'breakpoint',
    allThreadsStopped: true,
    hitBreakpointIds: [1],
  })
  t.match(await editor.event('breakpoint'), {
    reason: 'new',
    breakpoint: { id: 1, line: 7, source: { path } },
  })

  const { threads } = await editor.ask('threads')
  const [{ id: threadId }] = threads
  const top = await editor.ask('stackTrace', { threadId, startFrame: 0, levels: 1 })
  t.match(top.stackFrames, [{ name: 'total_of', line: 7, source: { path } }])
  const rest = await editor.ask('stackTrace', { threadId, startFrame: 1, levels: 19 })
  t.match(rest.stackFrames, [{ name: '<module>', line: 11 }])
  const frameId = top.stackFrames[0].id
  const { scopes } = await editor.ask('scopes', { frameId })
  const { variables } = await editor.ask('variables', { variablesReference: scopes[0].variablesReference })
  t.match(
    variables.find(({ name }: { name: string }) => name === 'name'),
    { value: "'apples'" },
  )
  for (const context of ['hover', 'watch', 'repl'])
    t.match(await editor.ask('evaluate', { expression: 'count + 1', frameId, context }), { result: '4' })
  const variablesReference = scopes[0].variablesReference
  await editor.ask('setVariable', { variablesReference, name: 'count', value: '40' })
  const seen = await client.debug.variables({ session })
  t.match(
    seen.variables.find(({ name }) => name === 'count'),
    { value: '40' },
    'an agent sees it',
  )

  await editor.ask('next', { threadId })
  t.match(await editor.event('stopped', 2), { reason: 'step' })
  t.same(editor.events('continued'), [], 'who steps is not told that it goes on')
  await t.rejects(client.debug.continue({ session }), { code: 'control_held' }, 'a person goes before')
  await client.debug.control({ session, action: 'take' })
  t.match(await editor.refused('next', { threadId }), /has the control since/)
  await client.debug.continue({ session, wait: 20 })
  await editor.event('continued')
  t.match(await editor.event('stopped', 3), { reason: 'breakpoint' }, 'what an agent does is heard')
  await client.debug.control({ session, action: 'release' })

  await editor.ask('setBreakpoints', { source: { path }, breakpoints: [] })
  t.match(await client.debug.break({ session }), [{ id: 1, line: 7 }], "an agent's stays")
  t.match(await editor.refused('stepBack', { threadId }), /no stepBack/)
  t.match(await editor.refused('frobnicate'), /no request "frobnicate"/)
  t.match(editor.output('stdout'), /adding apples/, 'what was written before it came')
  await client.debug.control({ session, action: 'take' })
  await client.debug.break({ session, breakpoints: ['app.py:7'], remove: true })
  await client.debug.control({ session, action: 'release' })
  t.match(await editor.event('breakpoint', editor.events('breakpoint').length), { reason: 'removed' })
  await editor.ask('continue', { threadId })
  t.match(await editor.event('exited'), { exitCode: 0 })
  await editor.event('terminated')
  t.equal(editor.output('stdout'), 'adding apples\nadding bread\n41\n')
  await editor.ask('disconnect', { restart: false, terminateDebuggee: false })
  await editor.closed
})

t.test('an editor launches', { skip: noDebugpy }, async t => {
  const rig = await dapRig(t)
  const { client, session, local } = rig
  const editor = await editorOn(rig.server, addressOf(rig.server, session, { root: local }))
  await editor.ask('initialize', vsCode)
  t.match(await editor.refused('attach', {}), /has no debug session: launch one/)
  t.match(await editor.refused('launch', { pyton: 'app.py' }), /pyton/)
  const path = join(local, 'app.py')
  await editor.ask('launch', { name: 'x', type: 'debug-server', request: 'launch', python: path })
  await editor.event('initialized')
  t.match(await editor.event('capabilities'), { capabilities: { supportsSetVariable: true } })
  const set = await editor.ask('setBreakpoints', { source: { path }, breakpoints: [{ line: 4 }] })
  t.match(set.breakpoints, [{ verified: true, line: 4 }])
  await editor.ask('setExceptionBreakpoints', { filters: ['uncaught'] })
  t.match(await client.debug.status({ session }), { status: 'launching' }, 'it waits for its editor')
  await editor.ask('configurationDone')
  t.match(await editor.event('stopped'), { reason: 'breakpoint' })
  t.match(await client.debug.status({ session }), {
    status: 'stopped',
    stop: { frame: { file: 'app.py', line: 4 } },
  })
  const { threadId } = await editor.event('stopped')
  await editor.ask('next', { threadId })
  await editor.event('stopped', 2)
  const { targets } = await editor.ask('gotoTargets', { source: { path }, line: 8 })
  await editor.ask('goto', { threadId, targetId: targets[0].id })
  t.match(await editor.event('stopped', 3), { reason: 'goto' })
  t.match(await client.debug.status({ session }), {
    status: 'stopped',
    stop: { number: 3, frame: { file: 'app.py', line: 8 } },
  })
  await editor.ask('setBreakpoints', { source: { path }, breakpoints: [{ line: 12 }] })
  await editor.ask('continue', { threadId })
  await editor.event('stopped', 4)
  const { stackFrames } = await editor.ask('stackTrace', { threadId, startFrame: 0, levels: 1 })
  const asked = { expression: 'total', frameId: stackFrames[0].id, context: 'watch' }
  t.match(await editor.ask('evaluate', asked), { result: '0' }, 'nothing was added')
  await editor.ask('terminate', {})
  await editor.event('terminated')
  t.match(await client.debug.status({ session, wait: 10 }), { end: { reason: 'terminated' } })
  editor.socket.close()
})
