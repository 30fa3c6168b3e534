import t from 'tap'
import { z } from 'zod'
import { until } from '../../../../until.ts'
import { debugRig } from '../debug-rig.ts'
import { EditorClient } from '../editor-client.ts'

t.setTimeout(120_000)

const source = `function double(n) {
  const doubled = n * 2
  return doubled
}
console.log(double(21))
`
const framesSchema = z.object({ stackFrames: z.array(z.object({ id: z.int() })) })

t.test('an editor stops where a function of Node.js begins', async t => {
  const { rig, client, ...debug } = await debugRig(t, { 'app.js': `'use strict'\n${source}` })
  const launched = await debug.launch({ program: { kind: 'node', file: 'app.js' }, stop_on_entry: true })
  t.match(await debug.state(launched, 'debug.status'), { stop: { reason: 'entry' } })
  using editor = new EditorClient(rig.socket, launched.id, client.viewer)
  await editor.begin()
  t.match(await editor.ask('initialize'), { body: { supportsFunctionBreakpoints: true } })
  const breakpoints = [{ name: 'double', condition: 'n === 21' }, { name: 'triple' }]
  t.match(await editor.ask('setFunctionBreakpoints', { breakpoints }), {
    body: {
      breakpoints: [{ verified: true }, { verified: false, message: /has loaded no function triple/ }],
    },
  })
  t.match(await debug.state(launched, 'debug.continue'), {
    stop: { reason: 'function breakpoint', frame: { name: 'double', line: 3 } },
    breakpoints: [
      { kind: 'function', name: 'double', verified: true },
      { name: 'triple', verified: false },
    ],
  })
  await debug.state(launched, 'debug.terminate')
})

t.test('an editor has a function of Node.js begin anew', async t => {
  const { rig, client, ...debug } = await debugRig(t, { 'app.js': source })
  const launched = await debug.run({ program: { kind: 'node', file: 'app.js' }, breakpoints: ['app.js:3'] })
  using editor = new EditorClient(rig.socket, launched.id, client.viewer)
  await editor.begin()
  t.match(await editor.ask('initialize'), { body: { supportsRestartFrame: true } })
  const threadId = launched.at.stop?.thread
  const { stackFrames } = framesSchema.parse((await editor.ask('stackTrace', { threadId })).body)
  t.match(await editor.ask('restartFrame', {}), { success: false, message: /restartFrame: frameId/ })
  t.match(await editor.ask('restartFrame', { frameId: stackFrames[0]?.id }), { success: true })
  const at = await until('it stands there', async () => {
    const now = await debug.state(launched, 'debug.status', { wait: 1 })
    return now.stop?.number === 2 ? now : undefined
  })
  t.match(at, { stop: { reason: 'step', frame: { name: 'double', line: 2 } } })
  t.match(await editor.ask('restartFrame', { frameId: 987_654 }), { success: false })
  await debug.state(launched, 'debug.terminate')
})
