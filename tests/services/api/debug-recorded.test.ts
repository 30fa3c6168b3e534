import t from 'tap'
import { instant } from '../../../services/contract/examples/things.ts'
import { startDebugRig } from './debug-rig.ts'

t.test('what is recorded tells no secret of the session', async t => {
  const { rig, runner } = await startDebugRig(t)
  const secret = 'correct-horse-battery'
  const created = await rig.call('sessions.create', { repository: 'demo', secrets: { TOKEN: secret } })
  await runner.session(created.id, 'starting', 'running')
  const debug = await rig.call('debug.launch', { session: created.id, python: 'app.py' })
  await runner.start(created.id, debug.command)
  const reading = rig.call('debug.recorded', { session: created.id })
  const ask = await runner.nextAsk('debug.recorded')
  const record = {
    ...{ kind: 'call', number: 1, probe: 1, at: instant, function: 'sign_in', ended: 'returned' },
    arguments: [{ name: 'token', value: `'${secret}'` }],
    ...{ result: `Bearer ${secret}`, duration: 1, depth: 0, thread: null },
  }
  runner.answer(ask, {
    ok: true,
    value: { probes: [], records: [record], next: 1, lost: 0, more: false },
  })
  const { records } = await reading
  const stars = '*'.repeat(secret.length)
  t.match(records, [{ function: 'sign_in', arguments: [{ value: `'${stars}'` }], result: `Bearer ${stars}` }])
})
