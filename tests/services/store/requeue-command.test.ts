import t from 'tap'
import type { CommandId, SessionId } from '../../../services/contract/ids.ts'
import {
  endCommand,
  getCommand,
  requestCancel,
  requeueCommand,
  startCommand,
} from '../../../services/store/commands.ts'
import { queueAgain, queueCommand } from '../../../services/store/new-command.ts'
import { requestRemoval } from '../../../services/store/session-transitions.ts'
import { now, runner, storeRig } from './store-rig.ts'

type Rig = Awaited<ReturnType<typeof storeRig>>

const logs = { stdout_bytes: 10, stderr_bytes: 20 }
const rest = { directory: '.', environment: {}, timeout: null }

async function queue({ store }: Rig, session: SessionId, idempotent = true): Promise<CommandId> {
  const row = await queueCommand(store, { ...rest, session, command: 'true', idempotent, now: now() })
  if (row === undefined) throw new Error('refused')
  return row.id
}

t.test('a command that may run twice is started three times at the most', async t => {
  const rig = await storeRig(t)
  const id = await queue(rig, await rig.running())
  for (const attempt of [1, 2, 3]) {
    t.equal((await startCommand(rig.store, id, now()))?.attempts, attempt)
    t.match(await getCommand(rig.store, id), { status: 'running', attempts: attempt, stdout_bytes: null })
    t.equal(await requeueCommand(rig.store, id, logs), attempt < 3)
  }
  t.match(await getCommand(rig.store, id), { status: 'running', attempts: 3 })
})

t.test('one that is queued again and then cancelled keeps what it wrote', async t => {
  const rig = await storeRig(t)
  const id = await queue(rig, await rig.running())
  await startCommand(rig.store, id, now())
  t.ok(await requeueCommand(rig.store, id, logs))
  t.match(await getCommand(rig.store, id), { status: 'queued', started_at: null, ...logs })
  await requestCancel(rig.store, id, now())
  t.match(await getCommand(rig.store, id), { status: 'cancelled', ...logs })
})

t.test('what is not queued again', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const refused = async (id: CommandId, by = null as Parameters<typeof requeueCommand>[3]) => {
    t.equal(await requeueCommand(rig.store, id, logs, by), false)
    t.match(await getCommand(rig.store, id), { status: 'running' })
  }

  await t.test('one whose client did not say that it may run twice', async () => {
    const id = await queue(rig, session, false)
    await startCommand(rig.store, id, now())
    await refused(id)
  })
  await t.test('one that is to be cancelled', async () => {
    const id = await queue(rig, session)
    await startCommand(rig.store, id, now())
    await requestCancel(rig.store, id, now())
    await refused(id)
  })
  await t.test('one of another runner', async () => {
    const [holder, stale] = [await runner(rig.store), await runner(rig.store)]
    const id = await queue(rig, session)
    await startCommand(rig.store, id, now(), holder)
    await refused(id, stale)
  })
  await t.test('one of a session that ends: nobody would cancel it', async () => {
    const id = await queue(rig, session)
    await startCommand(rig.store, id, now())
    await requestRemoval(rig.store, session, now())
    await refused(id)
  })
})

t.test('a command is queued once more with all but what it waited for', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const first = await rig.queue(session)
  const row = await queueCommand(rig.store, {
    ...{ session, command: ['a', 'b'], directory: 'x', environment: { A: 'b' }, timeout: 2.5 },
    ...{ after: [first], idempotent: true, stdin: 'in', merge: true, now: now() },
    limits: { memory: 1, processes: 2, file_size: 3, output: 4 },
  })
  if (row === undefined) throw new Error('refused')
  t.same(row, await getCommand(rig.store, row.id), 'what is told of it is what stands there')
  await endCommand(rig.store, first, 'failed', { exit_code: 1, failure: null, ...logs }, now())
  const again = await queueAgain(rig.store, row, now())
  if (again === undefined) throw new Error('refused')
  const repeated = await getCommand(rig.store, again.id)
  t.match(repeated, again)
  const { command_json, directory, environment_json, timeout_seconds, idempotent, merge, limits_json } = row
  t.match(repeated, {
    ...{ command_json, directory, environment_json, timeout_seconds, idempotent, merge, limits_json },
    ...{ status: 'queued', rerun_of: row.id, after_json: '[]', sequence: 3, attempts: 0 },
  })
  const inputs = await rig.store.read(db => db.selectFrom('command_inputs').selectAll().execute())
  t.same(
    new Set(inputs.map(({ command_id, stdin }) => `${command_id} ${stdin}`)),
    new Set([`${row.id} in`, `${again.id} in`]),
  )
  await requestRemoval(rig.store, session, now())
  t.equal(await queueAgain(rig.store, row, now()), undefined)
})
