import t from 'tap'
import type { SessionId, WorktreeId } from '../../../services/contract/ids.ts'
import {
  type WorktreeStatus,
  worktreeMayBecome,
  worktreeStatuses,
} from '../../../services/contract/worktree-state.ts'
import { addRepository, repositoriesToRemove } from '../../../services/store/repositories.ts'
import { endRunner, takeSession } from '../../../services/store/runners.ts'
import { openStore } from '../../../services/store/store.ts'
import {
  addWorktree,
  allWorktrees,
  claimWorktree,
  forgetWorktree,
  leaseWarmWorktree,
  moveWorktree,
  noteCheckout,
  pooledWorktrees,
  worktreeOf,
} from '../../../services/store/worktrees.ts'
import { now, runner, storeRig } from './store-rig.ts'

const boot = 'this boot'

async function rigWithRunner(t: Parameters<typeof storeRig>[0]) {
  const rig = await storeRig(t)
  const { store } = rig
  const by = await runner(store)
  const repository = rig.repository.id
  const starting = async (runner = by): Promise<SessionId> => {
    const id = await rig.session()
    await takeSession(store, id, runner, 'pending')
    return id
  }
  return {
    ...rig,
    by,
    starting,
    wish: (session: SessionId, runner = by) => ({ repository, session, by: runner, boot, now: now() }),
    async worktree(
      status: WorktreeStatus,
      values: { commit_id?: string; boot_id?: string; last_used_at?: string } = {},
    ) {
      const session = await starting()
      const id = await addWorktree(store, { repository, session, by, boot, now: now() })
      if (id === undefined) throw new Error('refused')
      const session_id = status === 'leased' ? session : null
      await store.write(db =>
        db
          .updateTable('worktrees')
          .set({ status, session_id, ...values })
          .where('id', '=', id)
          .execute(),
      )
      return id
    },
  }
}

t.test('a status changes only as the states allow, whoever asks', async t => {
  const { store, worktree, starting, by: holder } = await rigWithRunner(t)
  for (const from of worktreeStatuses)
    for (const to of worktreeStatuses) {
      const id = await worktree(from)
      const session = to === 'leased' ? { session: await starting() } : {}
      const by = from === 'leased' ? { by: holder } : {}
      t.equal(
        await moveWorktree(store, id, { from, to }, { ...session, ...by, now: now() }),
        worktreeMayBecome(from, to),
        `${from} to ${to}`,
      )
      const row = (await allWorktrees(store)).find(row => row.id === id)
      t.equal(row?.status, worktreeMayBecome(from, to) ? to : from)
    }
})

t.test('a warm worktree is leased to one of all that want it at once', async t => {
  const rig = await rigWithRunner(t)
  const stores = [rig.store]
  for (let i = 0; i < 3; i++) {
    const store = await openStore(rig.path)
    t.teardown(() => store[Symbol.asyncDispose]())
    stores.push(store)
  }
  for (let trial = 0; trial < 60; trial++) {
    const id = await rig.worktree('warm')
    const wishes = await Promise.all(stores.map(async () => rig.wish(await rig.starting())))
    const got = await Promise.all(
      wishes.map((wish, nth) => leaseWarmWorktree(stores[nth] ?? rig.store, { ...wish, commit: 'c' })),
    )
    t.same(got.filter(Boolean), [{ id, commit_id: null }], `trial ${trial}`)
  }
})

t.test('the nearest one is taken: that of the commit, then the one that was used last', async t => {
  const { store, worktree, wish, starting } = await rigWithRunner(t)
  const day = (nth: number) => `2030-01-0${nth}T00:00:00.000Z`
  const far = await worktree('warm', { commit_id: 'a', last_used_at: day(1) })
  const same = await worktree('warm', { commit_id: 'b', last_used_at: day(2) })
  const last = await worktree('warm', { commit_id: 'c', last_used_at: day(3) })
  await worktree('scrubbing', { commit_id: 'b' })
  await worktree('warm', { commit_id: 'b', boot_id: 'another boot', last_used_at: day(4) })
  const order: (WorktreeId | undefined)[] = []
  for (let i = 0; i < 4; i++)
    order.push((await leaseWarmWorktree(store, { ...wish(await starting()), commit: 'b' }))?.id)
  t.same(order, [same, last, far, undefined])
})

t.test('a runner whose lease has ended moves, notes, takes and forgets nothing', async t => {
  const { store, wish, starting, worktree, by: other } = await rigWithRunner(t)
  const stale = await runner(store)
  const session = await starting(stale)
  const id = await addWorktree(store, wish(session, stale))
  if (id === undefined) throw new Error('refused')
  const removing = await worktree('removing')
  const scrubbing = await worktree('scrubbing')
  t.equal(await claimWorktree(store, removing, 'removing', stale), true)
  t.equal(await claimWorktree(store, removing, 'removing', other), false, 'one at a time')
  await endRunner(store, stale)
  await takeSession(store, session, other, 'pending')

  t.equal(await noteCheckout(store, id, 'c', stale), false)
  t.equal(
    await moveWorktree(store, id, { from: 'leased', to: 'scrubbing' }, { by: stale, now: now() }),
    false,
  )
  t.equal(await claimWorktree(store, scrubbing, 'scrubbing', stale), false)
  await forgetWorktree(store, removing, stale)
  t.match(await worktreeOf(store, session), { id, status: 'leased', commit_id: null })
  const warm = await worktree('warm')
  t.equal(await leaseWarmWorktree(store, { ...wish(session, stale), commit: 'c' }), undefined)
  t.equal(await addWorktree(store, wish(await starting(), stale)), undefined)
  t.equal((await allWorktrees(store)).length, 4)

  t.equal(await moveWorktree(store, id, { from: 'leased', to: 'scrubbing' }, { by: other, now: now() }), true)
  t.equal((await leaseWarmWorktree(store, { ...wish(session), commit: 'c' }))?.id, warm)
})

t.test('what a session or a runner has got meanwhile is not moved by who knows no lease of it', async t => {
  const { store, worktree, wish, starting, by } = await rigWithRunner(t)
  const session = await starting()
  const id = await worktree('warm')
  await leaseWarmWorktree(store, { ...wish(session), commit: 'c' })
  // Of rows that were read before.
  t.equal(await moveWorktree(store, id, { from: 'warm', to: 'removing' }, { now: now() }), false)
  t.equal(await moveWorktree(store, id, { from: 'leased', to: 'removing' }, { now: now() }), false)
  t.match(await worktreeOf(store, session), { id, status: 'leased' })

  const scrubbing = await worktree('scrubbing')
  await claimWorktree(store, scrubbing, 'scrubbing', by)
  t.equal(await moveWorktree(store, scrubbing, { from: 'scrubbing', to: 'removing' }, { now: now() }), false)
  t.equal(await moveWorktree(store, scrubbing, { from: 'warm', to: 'removing' }, { by, now: now() }), false)
  await forgetWorktree(store, scrubbing, by)
  t.match(
    (await allWorktrees(store)).find(row => row.id === scrubbing),
    { status: 'scrubbing' },
  )
  // Its session is gone: so is what it needs a lease for.
  const left = await worktree('leased')
  await store.write(db =>
    db.updateTable('worktrees').set({ session_id: null }).where('id', '=', left).execute(),
  )
  t.equal(await moveWorktree(store, left, { from: 'leased', to: 'removing' }, { now: now() }), true)
})

t.test('a repository is to be removed once its pool is empty', async t => {
  const { store, worktree, repository, by } = await rigWithRunner(t)
  const other = await addRepository(store, { name: 'other', url: '/other', default_branch: null, now: now() })
  const wanted = async () => (await repositoriesToRemove(store)).map(({ id }) => id)
  for (const { id } of [repository, other.repository])
    await store.write(db =>
      db.updateTable('repositories').set({ removal_requested: 1 }).where('id', '=', id).execute(),
    )
  const id = await worktree('removing')
  t.match(await pooledWorktrees(store), [{ id, removal_requested: 1 }])
  t.same(await wanted(), [other.repository.id])
  await claimWorktree(store, id, 'removing', by)
  await forgetWorktree(store, id, by)
  t.same((await wanted()).sort(), [repository.id, other.repository.id].sort())
})
