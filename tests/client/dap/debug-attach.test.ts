import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { noDebugpy } from '../../services/runner/debug/debug-rig.ts'
import { until } from '../../until.ts'
import { attached, commandLine } from './attached.ts'
import { DapPeer } from './dap-peer.ts'
import { addressOf, dapRig, editorOn, vsCode } from './dap-rig.ts'
import { replay } from './replay.ts'

t.setTimeout(180_000)

t.test('VS Code launches, attaches beside others, and lets go', { skip: noDebugpy }, async t => {
  const rig = await dapRig(t)
  const { client, session, local, server } = rig
  const { port, child, said, local: told } = await attached(t, server, session, { directory: local })
  t.equal(told, local, 'the checkout that one stands in')

  const launching = await DapPeer.overTcp(port)
  await replay(t, launching, 'vscode/launch.json', local)
  t.equal(launching.output('stdout'), 'adding apples\nadding bread\n4\n')
  await launching.closed

  await client.debug.launch({ session, python: 'app.py', breakpoints: ['app.py:7'], wait: 30 })
  const other = await editorOn(server, addressOf(server, session, { root: '/elsewhere' }))
  await other.ask('initialize', vsCode)
  await other.ask('attach', {})
  await other.ask('setBreakpoints', { source: { path: '/elsewhere/app.py' }, breakpoints: [{ line: 8 }] })
  await other.ask('configurationDone')
  t.match(await other.event('stopped'), { reason: 'breakpoint' })
  const attaching = await DapPeer.overTcp(port)
  await replay(t, attaching, 'vscode/attach.json', local)
  await attaching.closed
  t.match(await other.event('stopped', 3), { reason: 'breakpoint' }, 'two editors and a client at once')
  t.match(
    await client.debug.break({ session }),
    [{ line: 7 }, { line: 8 }],
    'what the editor set has gone with it, and nothing of others',
  )
  t.match(await client.debug.status({ session }), { status: 'stopped' }, 'it lets go and ends nothing')

  child.kill('SIGINT')
  t.same(await once(child, 'exit'), [130, null])
  t.match(said.stderr, /^[^\n]*interrupted[^\n]*\n$/, 'and nothing else')
  t.match(await client.debug.status({ session }), { status: 'stopped' })
  await other.ask('disconnect', { terminateDebuggee: true })
  t.match(await client.debug.status({ session, wait: 20 }), { end: { reason: 'terminated' } })
})

t.test('VS Code starts it anew', { skip: noDebugpy }, async t => {
  const { client, session, local, server } = await dapRig(t)
  const { port } = await attached(t, server, session, { directory: local })
  const editor = await DapPeer.overTcp(port)
  await replay(t, editor, 'vscode/restart.json', local)
  const [second, ...others] = (await client.debug.list({ session })).items
  t.match(others, [{ end: { reason: 'terminated' } }])
  t.match(second?.end, { reason: 'exited', exit_code: 0 })
  const told = second?.breakpoints.map(one => (one.kind === 'line' ? one.line : one.kind))
  t.same(told, [12, 'exception'], 'what the editor has not asked for again is gone')
  t.equal(editor.output('stdout').match(/adding apples/g)?.length, 2, 'each program is heard')
  await editor.closed
})

t.test('who may control the debuggers of a session of another', { skip: noDebugpy }, async t => {
  const { client, session, local, server } = await dapRig(t)
  const { token } = await client.debug.share({ session, role: 'control', name: 'pairing' })
  const guest = { ...server, token: `${token}` }
  const { said, port } = await attached(t, guest, session, { directory: '/', args: ['--local', local] })
  const launching = await DapPeer.overTcp(port)
  await replay(t, launching, 'vscode/launch.json', local)
  await launching.closed
  t.equal(said.stderr, '')
  const [latest] = (await client.debug.list({ session })).items
  t.match(latest, { end: { reason: 'exited' } })
  const last = await attached(t, guest, '@last', { directory: local })
  t.match(last, { session, local: null }, 'its commit is known to its owner alone')
  t.match(last.said.stderr, /^the session is not yours.*--local DIR/)
})

t.test('an editor starts it as its adapter', { skip: noDebugpy }, async t => {
  const { session, local, server } = await dapRig(t)
  const child = commandLine(t, server, ['debug', 'attach', session, '--stdio', '--local', local], '/')
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('its streams are pipes')
  const ended = once(child, 'exit')
  const peer = DapPeer.overStreams(
    stdout,
    stdin,
    ended.then(() => undefined),
  )
  await replay(t, peer, 'vscode/launch.json', local)
  t.same(await ended, [0, null])
})

t.test('what is wrong is told to the editor, or before there is one', async t => {
  const { session, local, server, client } = await dapRig(t)
  const refused = async (args: readonly string[], directory = local) => {
    const child = commandLine(t, server, ['debug', 'attach', ...args], directory)
    let said = ''
    child.stderr?.on('data', text => {
      said += text
    })
    const [code] = await once(child, 'exit')
    return { code, said }
  }
  t.match(await refused(['ses_0000']), { code: 4, said: /no session ses_0000/ })
  t.match(await refused([session, '--port', '70000']), { code: 2, said: /--port 70000: expected/ })
  t.match(await refused([session, '--local', 'nowhere']), { code: 2, said: /no such directory/ })
  t.match(await refused([session, '--debug', 'dbg_000000000000']), {
    code: 4,
    said: /no debug session dbg_0{12}/,
  })
  const first = await attached(t, server, session, { directory: '/' })
  t.equal(first.local, null)
  t.match(first.said.stderr, /here is no checkout/)
  t.match(await refused([session, '--port', String(first.port)]), { code: 1, said: /cannot be had/ })

  const noise = await DapPeer.overTcp(first.port)
  noise.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await noise.closed
  await until('why', () => /no DAP/.test(first.said.stderr))
  await client.sessions.delete({ session, wait: 20 })
  const late = await DapPeer.overTcp(first.port)
  t.match(await late.refused('initialize', vsCode), /no session/)
  await late.closed
})

t.test('files of the server are read from it', { skip: noDebugpy }, async t => {
  const files = { 'app.py': 'import json\njson.dumps([object()], default=str)\nprint("é")\n' }
  const rig = await dapRig(t, files)
  const { port } = await attached(t, rig.server, rig.session, { directory: rig.local })
  const editor = await DapPeer.overTcp(port)
  await editor.ask('initialize', vsCode)
  const path = join(rig.local, 'app.py')
  await editor.ask('launch', { python: path, stop_on_entry: true })
  await editor.ask('configurationDone')
  const { threadId } = await editor.event('stopped')
  await editor.ask('next', { threadId })
  await editor.event('stopped', 2)
  await editor.ask('evaluate', { expression: 'json.dumps', context: 'watch' }).catch(() => undefined)
  const { breakpoints } = await editor.ask('setBreakpoints', {
    source: { path: '/usr/lib/elsewhere.py' },
    breakpoints: [{ line: 1 }],
  })
  t.match(breakpoints, [{ verified: false, message: /is not/ }])
  t.match(await editor.ask('source', { source: { path }, sourceReference: 0 }), { content: files['app.py'] })
  t.match(
    await editor.refused('source', { source: { path: '/etc/nothing-here' }, sourceReference: 0 }),
    /cannot be read/,
  )
  await editor.ask('disconnect', { terminateDebuggee: true })
})
