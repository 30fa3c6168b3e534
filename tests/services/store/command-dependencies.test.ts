import t from 'tap'
import { readyCommands } from '../../../services/store/command-queue.ts'
import { endCommand, getCommand, requestCancel, startCommand } from '../../../services/store/commands.ts'
import { now, storeRig } from './store-rig.ts'

const ended = { exit_code: 0, failure: null, stdout_bytes: 1, stderr_bytes: 2 }

t.test('a command waits for all that it is to come after', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const [first, second] = [await rig.queue(session), await rig.queue(session)]
  const both = await rig.queue(session, [first, second, first])
  const ready = async () => (await readyCommands(rig.store, 10)).map(({ id }) => id)
  t.same(await ready(), [first, second])
  for (const id of [second, first]) {
    await startCommand(rig.store, id, now())
    t.notOk((await ready()).includes(both))
    await endCommand(rig.store, id, 'succeeded', ended, now())
  }
  t.same(await ready(), [both])
  t.match(await getCommand(rig.store, both), { after_json: JSON.stringify([first, second]) })
})

t.test('one that comes after what has ended otherwise than well is cancelled at once', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  for (const status of ['failed', 'cancelled', 'timed_out', 'lost'] as const) {
    const [good, bad] = [await rig.queue(session), await rig.queue(session)]
    for (const id of [good, bad]) await startCommand(rig.store, id, now())
    await endCommand(rig.store, good, 'succeeded', ended, now())
    await endCommand(rig.store, bad, status, ended, now())
    const after = await rig.queue(session, [good, bad])
    t.match(await getCommand(rig.store, after), {
      status: 'cancelled',
      failure_json: /earlier_command_failed/,
      ended_at: String,
      stdout_bytes: 0,
    })
    t.match(await getCommand(rig.store, await rig.queue(session, [after])), { status: 'cancelled' })
    t.match(await getCommand(rig.store, await rig.queue(session, [good])), { status: 'queued' })
  }
})

t.test('what fails takes along everything that comes after it, however deep and wide', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const [root, other] = [await rig.queue(session), await rig.queue(session)]
  const middle = [await rig.queue(session, [root]), await rig.queue(session, [root, other])]
  const end = await rig.queue(session, middle)
  const cancelled = await rig.queue(session, [root])
  await requestCancel(rig.store, cancelled, now())
  await startCommand(rig.store, root, now())
  await endCommand(rig.store, root, 'failed', { ...ended, exit_code: 1 }, now())
  for (const id of [...middle, end])
    t.match(await getCommand(rig.store, id), { status: 'cancelled', failure_json: /earlier_command_failed/ })
  t.match(await getCommand(rig.store, other), { status: 'queued' })
  t.match(
    await getCommand(rig.store, cancelled),
    { failure_json: /cancelled_by_client/ },
    'what ended before',
  )
})
