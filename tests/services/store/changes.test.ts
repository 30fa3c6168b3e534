import t from 'tap'
import { touchSession } from '../../../services/store/activity.ts'
import {
  type Change,
  changesAfter,
  forgetRemoved,
  latestPosition,
  type WantedChanges,
} from '../../../services/store/changes.ts'
import { endCommand, startCommand } from '../../../services/store/commands.ts'
import { recordFetch } from '../../../services/store/repository-fetches.ts'
import { takeSession } from '../../../services/store/runners.ts'
import { moveSession, removeSession } from '../../../services/store/session-transitions.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { now, runner, storeRig } from './store-rig.ts'

const ended = { exit_code: 0, failure: null, stdout_bytes: 0, stderr_bytes: 0 }

async function changesRig(t: Parameters<typeof storeRig>[0]) {
  const rig = await storeRig(t)
  let position = await latestPosition(rig.store)
  const read = async (wanted: Partial<WantedChanges> = {}) => {
    const found = await changesAfter(rig.store, { after: position, visible: 'all', limit: 100, ...wanted })
    if (!found.known) throw new Error('it is not known any more')
    return found
  }
  /** What has changed since it was asked last. */
  const news = async () => {
    const found = await read()
    position = found.upTo
    return found.changes.map(text)
  }
  return { ...rig, read, news }
}

const fetched = ({ store, repository }: Awaited<ReturnType<typeof storeRig>>) =>
  recordFetch(store, repository.id, 'main', {
    ...{ now: now(), did: 0, next: () => null },
  })

const text = (change: Change): string => {
  switch (change.kind) {
    case 'session':
    case 'command':
    case 'repository':
      return `${change.kind} ${change.row.id} ${change.row.status}`
    case 'removed':
      return `removed ${change.session}`
    case 'repository_removed':
      return `removed ${change.repository}`
  }
}

t.test('every change of a state is told, once, as things are', async t => {
  const rig = await changesRig(t)
  const { store, news } = rig
  t.same(await news(), [])
  const session = await rig.session()
  t.same(await news(), [`session ${session} pending`])
  await moveSession(store, session, 'starting', { now: now() })
  t.same(await news(), [`session ${session} starting`])
  await moveSession(store, session, 'running', { now: now() })
  const command = await rig.queue(session)
  t.same(await news(), [`session ${session} running`, `command ${command} queued`])
  await startCommand(store, command, now())
  await endCommand(store, command, 'succeeded', ended, now())
  await fetched(rig)
  t.same(
    await news(),
    [`command ${command} succeeded`, `repository ${rig.repository.id} ready`],
    'what lies close together comes as one',
  )
  await moveSession(store, session, 'stopping', { now: now() })
  await moveSession(store, session, 'stopped', { now: now() })
  t.same(await news(), [`session ${session} stopped`])
  await removeSession(store, session)
  t.same(await news(), [`removed ${session}`])
  await store.write(db => db.deleteFrom('repositories').where('id', '=', rig.repository.id).execute())
  t.same(await news(), [`removed ${rig.repository.id}`])
  t.same(await news(), [])
})

t.test('what changes for two reasons at once has changed once', async t => {
  const rig = await changesRig(t)
  const session = await rig.running()
  const command = await rig.queue(session)
  await rig.news()
  await rig.store.write(db =>
    db
      .updateTable('commands')
      .set({ status: 'cancelled', ended_at: now(), log_expired_at: now() })
      .where('id', '=', command)
      .execute(),
  )
  t.same(await rig.news(), [`command ${command} cancelled`])
  const { places } = await rig.store.read(db =>
    db
      .selectFrom('changes')
      .select(eb => eb.fn.countAll<number>().as('places'))
      .where('resource_id', '=', command)
      .executeTakeFirstOrThrow(),
  )
  t.equal(places, 1, 'its first place is free')
})

t.test('leases and signs of life are no changes', async t => {
  const rig = await changesRig(t)
  const id = await rig.running([], { idle_timeout: 10, now: '2030-01-01T00:00:00.000Z' })
  await rig.news()
  await takeSession(rig.store, id, await runner(rig.store), 'running')
  const session = await getSession(rig.store, id)
  if (session === undefined) throw new Error('it is there')
  await touchSession(rig.store, session, '2030-01-01T01:00:00.000Z')
  t.same(await rig.news(), [])
})

t.test('who reads a little at a time misses nothing of what changes meanwhile', async t => {
  const rig = await changesRig(t)
  const ids = [await rig.running(), await rig.running(), await rig.running()]
  const [first] = ids
  if (first === undefined) throw new Error('three')
  let after = 0
  const seen: string[] = []
  for (let step = 0; ; step++) {
    const { changes, upTo, more } = await rig.read({ after, limit: 1 })
    seen.push(...changes.filter(({ kind }) => kind === 'session').map(text))
    after = upTo
    if (step === 1) await moveSession(rig.store, first, 'stopping', { now: now() })
    if (!more) break
  }
  t.ok(seen.includes(`session ${first} stopping`), 'its latest change comes last')
  t.same(new Set(seen.map(line => line.split(' ')[1])), new Set<string>(ids))
})

t.test("another owner's are not told, nor where one session was asked for the others", async t => {
  const rig = await changesRig(t)
  const bob = await rig.user('bob')
  const mine = await rig.session(['true'])
  const other = await rig.session(['true'], bob)
  await removeSession(rig.store, other)
  const third = await rig.session(['true'], bob)
  await fetched(rig)
  const kinds = async (wanted: Partial<WantedChanges>) =>
    (await rig.read(wanted)).changes.map(change => `${change.kind} ${sessionOf(change)}`)
  const sessionOf = (change: Change) =>
    change.kind === 'session' ? change.row.id : change.kind === 'command' ? change.row.session_id : ''
  t.same(await kinds({ visible: { owner: rig.owner } }), [
    `session ${mine}`,
    `command ${mine}`,
    'repository ',
  ])
  t.same(await kinds({ visible: { owner: bob } }), [
    'removed ',
    `session ${third}`,
    `command ${third}`,
    'repository ',
  ])
  t.same(await kinds({ session: third, visible: 'all' }), [`session ${third}`, `command ${third}`])
  t.same(await kinds({ session: third, visible: { owner: rig.owner } }), [])
})

t.test('others are passed over a bounded number at a time', async t => {
  const rig = await changesRig(t)
  const bob = await rig.user('bob')
  const [mine, other] = [await rig.session(), await rig.session([], bob)]
  const place = (position: number, owner_id: typeof bob) =>
    rig.store.write(db =>
      db
        .replaceInto('changes')
        .values({ position, kind: 'session', resource_id: other, session_id: other, owner_id })
        .execute(),
    )
  await place(250_000, bob)
  const asked = async (after: number) => {
    const { changes, upTo, more } = await rig.read({ after, visible: { owner: bob } })
    return { changes: changes.map(text), upTo, more }
  }
  t.same(await asked(10), { changes: [], upTo: 100_010, more: true })
  t.same(await asked(100_010), { changes: [], upTo: 200_010, more: true })
  t.same(await asked(200_010), { changes: [`session ${other} pending`], upTo: 250_000, more: false })
  for (const wanted of [{ session: other }, { session: other, visible: { owner: bob } }])
    t.match(await rig.read({ after: 10, ...wanted }), { changes: [], upTo: 100_010, more: true })
  const all = await rig.read()
  t.same(all.changes.map(text), [`session ${mine} pending`, `session ${other} pending`])
  t.equal(all.upTo, 250_000)
})

t.test('no position is given twice, whatever goes with a session', async t => {
  const rig = await changesRig(t)
  const { store, news } = rig
  const session = await rig.running()
  const kept = await rig.running()
  const other = await rig.queue(kept)
  await rig.queue(session)
  await rig.queue(session)
  await news()
  let before = await latestPosition(store)
  await removeSession(store, session)
  t.ok((await latestPosition(store)) > before, 'its own change comes after those that go')
  t.same(await news(), [`removed ${session}`])
  t.same(
    await store.read(db =>
      db.selectFrom('changes').select('kind').where('session_id', '=', session).execute(),
    ),
    [{ kind: 'removed' }],
    'none of its commands is left',
  )
  before = await latestPosition(store)
  await forgetRemoved(store, 0)
  t.equal(await latestPosition(store), before, 'the latest is not forgotten')
  await startCommand(store, other, now())
  t.same(await news(), [`command ${other} running`])
  t.ok((await latestPosition(store)) > before)
})

t.test('what is not known any more is said', async t => {
  const rig = await changesRig(t)
  const { store } = rig
  const removed: number[] = []
  for (let i = 0; i < 4; i++) {
    await removeSession(store, await rig.session(['true']))
    removed.push(await latestPosition(store))
  }
  await forgetRemoved(store, 4)
  const asked = (after: number) => changesAfter(store, { after, visible: 'all', limit: 100 })
  t.match(await asked(0), { known: true })
  await forgetRemoved(store, 2)
  const [, second = 0, , last = 0] = removed
  t.same(await asked(second - 1), { known: false, latest: last })
  t.match(await asked(second), { known: true, changes: [{ kind: 'removed' }, { kind: 'removed' }] })
  t.same(await asked(last + 1), { known: false, latest: last }, 'a position of another store')
  t.equal(
    (await store.read(db => db.selectFrom('changes').selectAll().execute())).length,
    3,
    'no row too many',
  )
})
