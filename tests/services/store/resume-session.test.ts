import t from 'tap'
import type { SessionId } from '../../../services/contract/ids.ts'
import { type SessionStatus, sessionStatuses } from '../../../services/contract/session-state.ts'
import { resumeSession } from '../../../services/store/resume-session.ts'
import { moveSession, requestRemoval } from '../../../services/store/session-transitions.ts'
import { createSession, getSession } from '../../../services/store/sessions.ts'
import type { Store } from '../../../services/store/store.ts'
import { now, storeRig } from './store-rig.ts'

const set = (store: Store, id: SessionId, values: { status: SessionStatus }) =>
  store.write(db => db.updateTable('sessions').set(values).where('id', '=', id).execute())

t.test('only what has stopped is resumed', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const reasons: Record<SessionStatus, string | undefined> = {
    pending: 'running',
    starting: 'running',
    running: 'running',
    stopping: 'stopping',
    stopped: undefined,
    failed: 'failed',
  }
  for (const status of sessionStatuses) {
    const id = await rig.running()
    await set(store, id, { status })
    const reason = reasons[status]
    t.same(
      await resumeSession(store, id, 1_000, now()),
      reason === undefined ? { resumed: true } : { resumed: false, reason },
      status,
    )
    t.equal((await getSession(store, id))?.status, reason === undefined ? 'starting' : status)
  }
})

t.test('a resumed session lives on as long as a new one, and tells nothing of its end', async t => {
  const rig = await storeRig(t)
  const first = '2030-01-01T00:00:00.000Z'
  const id = await rig.running([], { ttl: 60, idle_timeout: 30, now: first })
  await rig.store.write(db =>
    db
      .updateTable('sessions')
      .set({ status: 'stopped', started_at: first, ended_at: first, end_reason: 'expired' })
      .where('id', '=', id)
      .execute(),
  )
  await resumeSession(rig.store, id, 1_000, '2030-01-02T00:00:00.000Z')
  t.match(await getSession(rig.store, id), {
    status: 'starting',
    ended_at: null,
    end_reason: null,
    expires_at: '2030-01-02T00:01:00.000Z',
    last_active_at: '2030-01-02T00:00:00.000Z',
    idle_check_at: '2030-01-02T00:00:30.000Z',
  })
  await moveSession(rig.store, id, 'running', { now: '2030-01-02T00:00:01.000Z' })
  t.match(await getSession(rig.store, id), { started_at: first }, 'since it ran first')
})

t.test('what is being removed stays ended', async t => {
  const rig = await storeRig(t)
  const removed = await rig.running()
  await set(rig.store, removed, { status: 'stopped' })
  await requestRemoval(rig.store, removed, now())
  t.match(await resumeSession(rig.store, removed, 1_000, now()), { reason: 'removal_requested' })
})

t.test('an owner has so many sessions that have not ended, however many are asked for at once', async t => {
  const rig = await storeRig(t)
  const { store, repository } = rig
  const create = (owner = rig.owner) =>
    createSession(store, {
      ...{ repository: repository.id, owner, revision: null, patch_sha256: null, commands: [] },
      ...{ ttl: 0, idle_timeout: 0, offline: false, most: 3, now: now() },
    })
  const created = await Promise.all(Array.from({ length: 8 }, () => create()))
  const ids = created.filter(id => id !== undefined)
  t.equal(ids.length, 3)
  t.ok(await create(await rig.user('another')), 'another owner has room')
  const [first] = ids
  if (first === undefined) throw new Error('three were created')
  for (const status of ['starting', 'running', 'stopping'] as const) {
    await set(store, first, { status })
    t.equal(await create(), undefined, `${status} counts`)
  }
  await set(store, first, { status: 'stopped' })
  t.ok(await create(), 'one that has ended leaves room')
  t.same(await resumeSession(store, first, 3, now()), { resumed: false, reason: 'session_limit' })
  t.match(await getSession(store, first), { status: 'stopped' })
})
