import t from 'tap'
import { startCommand } from '../../../services/store/commands.ts'
import {
  getDebugSession,
  keepBreakpoints,
  queueDebugSession,
} from '../../../services/store/debug-sessions.ts'
import { toDebugSession } from '../../../services/store/rows.ts'
import { now, runner, storeRig } from './store-rig.ts'

t.test('what became of breakpoints is kept by the runner that has their debuggee, and no other', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const [holder, other] = [await runner(store), await runner(store)]
  const queued = await queueDebugSession(store, {
    command: {
      session: await rig.running(),
      command: ['python3', 'app.py'],
      directory: '.',
      environment: {},
      timeout: null,
      now: now(),
    },
    engine: 'debugpy',
    request: {
      program: { kind: 'file', file: 'app.py' },
      arguments: [],
      interpreter: null,
      breakpoints: ['app.py:3'],
      stop_on_entry: false,
      exceptions: 'never',
    },
    most: 1,
  })
  if (!queued.queued) throw new Error(queued.reason)
  const told = async () => {
    const found = await getDebugSession(store, queued.id)
    return found === undefined ? undefined : toDebugSession(found).breakpoints
  }
  await startCommand(store, queued.command, now(), holder)
  const asked = { id: 1, file: 'app.py', line: 3, verified: false, message: 'it is not set yet' }
  const verified = { ...asked, verified: true, message: null }
  await keepBreakpoints(store, queued.id, [verified], other)
  t.same(await told(), [asked])
  await keepBreakpoints(store, queued.id, [verified], holder)
  t.same(await told(), [verified])
})
