import t from 'tap'
import {
  expireLogs,
  logsPastBounds,
  logsRemoved,
  logsStored,
  logsToRemove,
} from '../../../services/store/command-logs.ts'
import { endCommand, getCommand, startCommand } from '../../../services/store/commands.ts'
import { now, storeRig } from './store-rig.ts'

t.test('logs expire once, when their command has ended, and nothing brings them back', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const id = await rig.queue(await rig.running())
  await startCommand(store, id, now())
  t.equal(await expireLogs(store, id, now()), false, 'it writes still')
  const ended = { exit_code: 0, failure: null, stdout_bytes: 10, stderr_bytes: 0 }
  await endCommand(store, id, 'succeeded', ended, now())

  const first = '2030-01-01T00:00:00.000Z'
  t.equal(await expireLogs(store, id, first), true)
  t.equal(await expireLogs(store, id, '2031-01-01T00:00:00.000Z'), false)
  t.match(await logsToRemove(store, 10), [{ id }])
  // Of a runner that was compressing them meanwhile.
  await logsStored(store, id, 5)
  t.match(await getCommand(store, id), { log_state: 'expired', log_expired_at: first })
  await logsRemoved(store, id)
  t.match(await getCommand(store, id), { log_state: 'removed', log_stored_bytes: 0 })
  t.equal(await expireLogs(store, id, now()), false)
  const bounds = { since: '2100-01-01T00:00:00.000Z', sessionBytes: 1, totalBytes: 1, most: 10 }
  t.same(await logsPastBounds(store, bounds), [], 'they take no room')
})

t.test('logs are removed only where they have expired', async t => {
  const rig = await storeRig(t)
  const id = await rig.queue(await rig.running())
  await logsRemoved(rig.store, id)
  t.match(await getCommand(rig.store, id), { log_state: 'written' })
})
