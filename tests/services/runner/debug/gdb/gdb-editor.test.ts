import t from 'tap'
import { z } from 'zod'
import { until } from '../../../../until.ts'
import { debugRig } from '../debug-rig.ts'
import { EditorClient } from '../editor-client.ts'
import { compile, noGdb } from './gdb-rig.ts'

t.setTimeout(120_000)
if (noGdb && process.env.CI === 'true') throw new Error(noGdb)

const source = `int main(int argc, char **argv) {
  int total = argc;
  for (int i = 0; i < 3; i++)
    if (i == 2)
      total += 40;
  return total;
}
`
const framesSchema = z.object({ stackFrames: z.array(z.object({ id: z.int() })) })
const scopesSchema = z.object({ scopes: z.array(z.object({ variablesReference: z.int() })) })
const infoSchema = z.object({ dataId: z.string(), accessTypes: z.array(z.string()) })

t.test('an editor has a program of C stop where a value changes', { skip: noGdb }, async t => {
  const { rig, session, client, ...debug } = await debugRig(t, { 'app.c': source })
  compile(rig.files.worktree(session.id), 'app.c', source)
  const launched = await debug.run({
    program: { kind: 'binary', file: 'app', core: null },
    breakpoints: ['app.c:3'],
  })
  using editor = new EditorClient(rig.socket, launched.id, client.viewer)
  await editor.begin()
  const thread = launched.at.stop?.thread
  const { stackFrames } = framesSchema.parse((await editor.ask('stackTrace', { threadId: thread })).body)
  const { scopes } = scopesSchema.parse((await editor.ask('scopes', { frameId: stackFrames[0]?.id })).body)
  const place = { name: 'total', variablesReference: scopes[0]?.variablesReference }
  const { dataId, accessTypes } = infoSchema.parse((await editor.ask('dataBreakpointInfo', place)).body)
  t.ok(accessTypes.includes('write'))
  const breakpoints = [{ dataId, accessType: 'write' }]
  t.match(await editor.ask('setDataBreakpoints', { breakpoints }), {
    success: true,
    body: { breakpoints: [{ id: 2, verified: true }] },
  })
  t.match(await editor.ask('continue', { threadId: thread }), { success: true })
  const at = await until('it stops there', async () => {
    const now = await debug.state(launched, 'debug.status', { wait: 1 })
    return now.stop?.number === 2 ? now : undefined
  })
  t.match(at, {
    stop: { reason: 'data breakpoint', breakpoints: [2] },
    breakpoints: [{ line: 3 }, { kind: 'data', expression: 'total' }],
  })
  t.match(await debug.evaluate(launched, 'total'), { value: '41' })
  await debug.state(launched, 'debug.terminate')
})
