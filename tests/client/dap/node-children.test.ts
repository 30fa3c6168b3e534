import { join } from 'node:path'
import t from 'tap'
import { addressOf, dapRig, editorOn, vsCode } from './dap-rig.ts'

t.setTimeout(120_000)

const files = {
  'app.js': `const { fork } = require('node:child_process')
fork('worker.js', ['21']).on('exit', code => console.log('exited', code))
`,
  'worker.js': `const n = Number(process.argv[2])
const doubled = n * 2
process.exit(doubled - 39)
`,
}

t.test('an editor is told of a process that a program of Node.js starts', async t => {
  const { server, session, local } = await dapRig(t, files)
  const open = () => editorOn(server, addressOf(server, session, { root: local }))
  const worker = { source: { path: join(local, 'worker.js') }, breakpoints: [{ line: 3 }] }
  const editor = await open()
  await editor.ask('initialize', vsCode)
  await editor.ask('launch', { node: join(local, 'app.js') })
  await editor.ask('setBreakpoints', worker)
  await editor.ask('configurationDone')
  const { reply, arguments: asked } = await editor.asked()
  const child = await open()
  await child.ask('initialize', vsCode)
  await child.ask('attach', asked.configuration)
  await child.ask('setBreakpoints', worker)
  await child.ask('configurationDone')
  reply(true)
  const { threadId } = await child.event('stopped')
  const { stackFrames } = await child.ask('stackTrace', { threadId, startFrame: 0, levels: 1 })
  t.match(stackFrames, [{ line: 3, source: { path: worker.source.path } }])
  await child.ask('continue', { threadId })
  t.match(await child.event('exited'), { exitCode: 3 })
  await child.event('terminated')
  t.match(await editor.event('exited'), { exitCode: 0 })
  t.match(editor.output('stdout'), /exited 3/)
})
