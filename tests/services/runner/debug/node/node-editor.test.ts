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
