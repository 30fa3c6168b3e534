import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { getCommand } from '../../../services/store/commands.ts'
import { drainDebuggers } from '../../../tasks/services/drain-debuggers.ts'
import { debugRig } from '../../services/runner/debug/debug-rig.ts'
import { until } from '../../until.ts'

t.setTimeout(120_000)

const app = { kind: 'node', file: 'app.js' } as const

t.test('who runs is waited for, and what is launched meanwhile is left to the successor', async t => {
  const { rig, session, launch, run, state } = await debugRig(t, {
    'app.js': 'setInterval(() => {}, 1_000)\n',
  })
  const workspace = { storeFile: join(rig.root, 'store', 'store.db'), runnerSocket: rig.socket }
  const logged: string[] = []
  const drain = (drainMs: number) =>
    drainDebuggers({
      ...{ workspace, drainMs, signal: new AbortController().signal },
      log: line => logged.push(line),
    })
  const first = await run({ program: app, stop_on_entry: true })
  t.match(first.at, { status: 'stopped' })
  const draining = drain(60_000)
  await until('it is said for whom it waits', () => logged.length === 1)
  t.match(logged, [`waiting up to 60 s for what is under a debugger: ${first.id} of ${session.id} (node)`])
  const launched = [await launch({ program: app, stop_on_entry: true })]
  // It is looked at in the order in which it comes: the debuggees before the commands.
  t.match(await rig.run(session, 'true'), { status: 'succeeded' }, 'commands are run')
  const statuses = () =>
    Promise.all(launched.map(async ({ command }) => (await getCommand(rig.store, command))?.status))
  t.same(await statuses(), ['queued'])

  await state(first, 'debug.terminate')
  const held = await draining
  t.equal(logged.length, 1, 'who is queued is not waited for')
  t.same(await statuses(), ['queued'])
  const another = await drain(0)
  held[Symbol.dispose]()
  launched.push(await launch({ program: app, stop_on_entry: true }))
  await rig.run(session, 'true')
  t.same(await statuses(), ['queued', 'queued'], 'as long as anybody holds them')

  const socket = connect(rig.socket)
  socket.write('{"type":"hold","id":1,"for_ms":1}\n')
  another[Symbol.dispose]()
  for (const one of launched) {
    t.match(await state(one, 'debug.status'), { status: 'stopped' }, 'they are taken once nobody does')
    await state(one, 'debug.terminate')
  }
  socket.destroy()
})
