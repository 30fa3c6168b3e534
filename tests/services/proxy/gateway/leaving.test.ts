import t from 'tap'
import { identify, isAlive } from '../../../../lib/processes/identity.ts'
import { call, startRig, unrulyTable } from './rig.ts'

t.setTimeout(60_000)

t.test('a proxy that leaves answers the calls under way, and ends every server', async t => {
  const rig = await startRig(t, unrulyTable('one'))
  const client = await rig.connect()
  const server = identify(JSON.parse((await call(client, 'one_facts')).text).pid)
  const waits = Promise.withResolvers<void>()
  const answer = client.callTool({ name: 'one_wait', arguments: { ms: 700 } }, undefined, {
    onprogress: () => waits.resolve(),
  })
  await waits.promise
  const began = performance.now()
  await rig.proxy[Symbol.asyncDispose]()
  t.match(await answer, { content: [{ text: 'done' }] })
  t.ok(performance.now() - began < 4_000, 'it waits for nothing else')
  t.notOk(server !== undefined && isAlive(server))
})
