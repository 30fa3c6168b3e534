import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Agent, request } from 'undici'
import { leaveSocket } from '../../../../config/workspace.ts'
import { offerLeave } from '../../../../lib/listener/offer-leave.ts'
import { identify, isAlive } from '../../../../lib/processes/identity.ts'
import { createInstance } from '../../../../services/store/registration.ts'
import { drainCalls } from '../../../../tasks/services/drain-calls.ts'
import { until } from '../../../until.ts'
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

t.test(
  'who has a successor is waited for, as long as somebody wants, until its calls are answered',
  async t => {
    const rig = await startRig(t, unrulyTable('one'), { stop: 200 })
    const workspace = { runnerSocket: join(rig.root, 'runner.sock') }
    const instance = createInstance()
    const path = leaveSocket(workspace, instance)
    const fail = (error: Error) => t.fail(error.message)
    const door = await offerLeave(rig.proxy, path, fail)
    const logged: string[] = []
    const drain = (drainMs: number, signal = new AbortController().signal) =>
      drainCalls(
        { instance, service: 'proxy' },
        { workspace, drainMs, signal, log: line => void logged.push(line) },
      )

    const client = await rig.connect()
    await drain(0)
    t.match(await call(client, 'one_echo'), { failed: false }, 'who is not asked goes on')
    const file = join(rig.root, 'done')
    const waits = Promise.withResolvers<void>()
    const answer = client.callTool({ name: 'one_wait_for', arguments: { path: file } }, undefined, {
      onprogress: () => waits.resolve(),
    })
    await waits.promise
    await drain(3_000)
    t.same(logged.splice(0), [
      'waiting up to 3 s for 1 request under way at the proxy before; --drain 0 does not wait',
      'ends with the proxy: 1 request',
    ])
    const given = new AbortController()
    const rejected = t.rejects(drain(60_000, given.signal), 'it can be given up')
    await until('it waits', () => logged.length)
    given.abort()
    await rejected
    const waiting = drain(60_000)
    await until('it waits', () => logged.length === 2)
    const another = new Agent()
    await t.rejects(request(`${rig.proxy.url}/healthz`, { dispatcher: another }), { code: 'ECONNREFUSED' })
    await writeFile(file, '')
    await waiting
    t.match(await answer, { content: [{ text: 'done' }] })
    t.match(logged, [/^waiting/, /^waiting/])
    await door[Symbol.asyncDispose]()
    t.notOk(existsSync(path))
    await drain(60_000)
  },
)
