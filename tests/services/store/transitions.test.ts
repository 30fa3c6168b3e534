import { sql } from 'kysely'
import t from 'tap'
import {
  type CommandStatus,
  commandMayBecome,
  commandStatuses,
} from '../../../services/contract/command-state.ts'
import type { CommandId } from '../../../services/contract/ids.ts'
import { sessionMayBecome, sessionStatuses } from '../../../services/contract/session-state.ts'
import { readyCommands } from '../../../services/store/command-queue.ts'
import {
  endCommand,
  getCommand,
  listCommands,
  requestCancel,
  requeueCommand,
  startCommand,
} from '../../../services/store/commands.ts'
import { dropPatch } from '../../../services/store/drop-patch.ts'
import { queueCommand } from '../../../services/store/new-command.ts'
import { moveSession, removeSession, requestRemoval } from '../../../services/store/session-transitions.ts'
import { getSession, sessionsToRemove } from '../../../services/store/sessions.ts'
import type { Store } from '../../../services/store/store.ts'
import { now, storeRig } from './store-rig.ts'

const ended = { exit_code: 0, failure: null, stdout_bytes: 1, stderr_bytes: 2 }

t.test('a session moves only as its states allow', async t => {
  const rig = await storeRig(t)
  for (const from of sessionStatuses)
    for (const to of sessionStatuses) {
      const id = await rig.session()
      await rig.store.write(db =>
        db.updateTable('sessions').set({ status: from }).where('id', '=', id).execute(),
      )
      const moved = await moveSession(rig.store, id, to, { now: now() })
      t.equal(moved, sessionMayBecome(from, to), `${from} → ${to}`)
      t.equal((await getSession(rig.store, id))?.status, moved ? to : from)
    }
})

t.test('a command moves only as its states allow', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  for (const from of commandStatuses)
    for (const to of commandStatuses) {
      const id = await rig.queue(session)
      await rig.store.write(db =>
        db.updateTable('commands').set({ status: from, idempotent: 1 }).where('id', '=', id).execute(),
      )
      const moved = await move(rig.store, id, to)
      t.equal(moved, commandMayBecome(from, to), `${from} → ${to}`)
      t.equal((await getCommand(rig.store, id))?.status, moved ? to : from)
    }
  const id = await rig.queue(session)
  t.throws(() => endCommand(rig.store, id, 'running', ended, now()), RangeError)
})

const move = async (store: Store, id: CommandId, to: CommandStatus): Promise<boolean> => {
  if (to === 'running') return (await startCommand(store, id, now())) !== undefined
  if (to === 'queued') return await requeueCommand(store, id, { stdout_bytes: 1, stderr_bytes: 2 })
  return await endCommand(store, id, to, ended, now())
}

t.test('what waits for a command that does not succeed is cancelled, and what waits for that', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const first = await rig.queue(session)
  const second = await rig.queue(session, [first])
  const third = await rig.queue(session, [second])
  const beside = await rig.queue(session)
  const ready = async () => (await readyCommands(rig.store, 10)).map(row => row.id)
  t.same(await ready(), [first, beside])
  await startCommand(rig.store, first, now())
  t.same(await ready(), [beside])
  await endCommand(rig.store, first, 'failed', { ...ended, exit_code: 1 }, now())
  for (const id of [second, third])
    t.match(await getCommand(rig.store, id), { status: 'cancelled', failure_json: /earlier_command_failed/ })
  t.same(await ready(), [beside])
  const fourth = await rig.queue(session, [beside])
  await startCommand(rig.store, beside, now())
  await endCommand(rig.store, beside, 'succeeded', ended, now())
  t.same(await ready(), [fourth])
})

t.test('of each session only its first commands are ready, so a long queue hides no other', async t => {
  const rig = await storeRig(t)
  const [long, short, pending] = [await rig.running(), await rig.running(), await rig.session()]
  const many: string[] = []
  for (let i = 0; i < 5; i++) many.push(await rig.queue(long))
  const one: string = await rig.queue(short)
  await rig.queue(pending)
  const ready = (await readyCommands(rig.store, 2)).map(row => row.id)
  t.same(new Set<string>(ready), new Set([many[0], many[1], one]))
  t.ok(String(ready).indexOf(String(many[0])) < String(ready).indexOf(String(many[1])), 'in the order given')
})

t.test('a session that ends takes what is queued with it, and takes no more', async t => {
  const rig = await storeRig(t)
  for (const [to, reason] of [
    ['stopping', /session_stopped/],
    ['failed', /session_failed/],
  ] as const) {
    const session = await rig.running(['true', 'true'])
    const [first, second] = await listCommands(rig.store, session)
    if (first === undefined || second === undefined) throw new Error('two were given')
    await startCommand(rig.store, first.id, now())
    await moveSession(rig.store, session, to, { now: now() })
    t.match(await getCommand(rig.store, first.id), { status: 'running' }, 'its runner ends it')
    t.match(await getCommand(rig.store, second.id), { status: 'cancelled', failure_json: reason })
    const refused = {
      session,
      command: 'x',
      directory: '.',
      environment: {},
      timeout: null,
      now: now(),
    }
    t.equal(await queueCommand(rig.store, refused), undefined)
  }
})

t.test('cancelling', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const first = await rig.queue(session)
  const second = await rig.queue(session, [first])
  await requestCancel(rig.store, first, now())
  t.match(await getCommand(rig.store, first), { status: 'cancelled', failure_json: /cancelled_by_client/ })
  t.match(await getCommand(rig.store, second), { status: 'cancelled' })
  t.equal(await startCommand(rig.store, first, now()), undefined)
  const third = await rig.queue(session)
  await startCommand(rig.store, third, now())
  await requestCancel(rig.store, third, now())
  t.match(await getCommand(rig.store, third), { status: 'running', cancel_requested: 1 })
})

t.test('removal comes after the end, and takes the commands along', async t => {
  const rig = await storeRig(t)
  const sha = 'a'.repeat(64)
  const first = await rig.session(['true'], rig.owner, sha)
  const second = await rig.session([], rig.owner, sha)
  await requestRemoval(rig.store, first, now())
  t.match(await getSession(rig.store, first), { status: 'stopping', delete_requested: 1 })
  t.same(await sessionsToRemove(rig.store), [])
  await moveSession(rig.store, first, 'stopped', { now: now() })
  t.same(
    (await sessionsToRemove(rig.store)).map(row => row.id),
    [first],
  )
  const dropped: string[] = []
  const drop = (by: typeof first) => dropPatch(rig.store, sha, by, async () => void dropped.push(by))
  await drop(first)
  t.same(dropped, [], 'another session needs the patch')
  await removeSession(rig.store, first)
  t.same(await listCommands(rig.store, first), [])
  await drop(second)
  t.same(dropped, [second])
})

t.test('removal is asked for as a whole: a session that is to go never lives on', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  await rig.store.write(db =>
    sql`create trigger refusing before update of status on sessions begin select raise(abort, 'refused'); end`.execute(
      db,
    ),
  )
  await t.rejects(requestRemoval(rig.store, session, now()), { message: /refused/ })
  t.match(await getSession(rig.store, session), { status: 'running', delete_requested: 0 })
})
