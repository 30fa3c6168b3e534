import t from 'tap'
import {
  addRepository,
  findRepository,
  getRepository,
  lookUpRepository,
  removeRepository,
  requestRepositoryRemoval,
} from '../../../services/store/repositories.ts'
import {
  type Due,
  recordFetch,
  recordFetchFailure,
  repositoriesToFetch,
  takeFetch,
  wantFetch,
} from '../../../services/store/repository-fetches.ts'
import { endRunner, freeRepository, takeRepository } from '../../../services/store/runners.ts'
import { now, runner, storeRig } from './store-rig.ts'

const at = (hour: number) => `2030-01-01T${String(hour).padStart(2, '0')}:00:00.000Z`
const due = (change: Partial<Due> = {}): Due => ({
  ...{ now: at(6), farthest: at(8), usedSince: at(1), ...change },
})
const end = (next: string | null, did = 0) => ({ now: now(), did, next: () => next })
const unreachable = { reason: 'unreachable', message: 'no route' } as const

async function fetchRig(t: Parameters<typeof storeRig>[0]) {
  const rig = await storeRig(t)
  const { id } = rig.repository
  const list = async (by?: Due, most = 4) => (await repositoriesToFetch(rig.store, by, most)).length
  const used = (used_at: string) =>
    rig.store.write(database => database.updateTable('repositories').set({ used_at }).execute())
  return { ...rig, id, list, used }
}

t.test('a repository is to be fetched at first, when its time has come, and when somebody asks', async t => {
  const { store, id, list, used } = await fetchRig(t)
  t.equal(await list(), 1, 'at first')
  await recordFetch(store, id, 'main', end(at(7)))
  await used(at(2))
  t.equal(await list(), 0)
  t.equal(await list(due()), 0, 'before its time')
  t.equal(await list(due({ now: at(7) })), 1, 'by itself')
  t.equal(await list(due({ now: at(7) }), 0), 0, 'as many as are wanted')
  t.equal(await list(due({ now: at(7), usedSince: at(3) })), 0, 'not where nobody uses it')
  t.equal(await list(due({ now: at(1), farthest: at(3) })), 1, 'when the clock has been set back')
  await recordFetch(store, id, 'main', end(null))
  t.equal(await list(due()), 1, 'when nothing was planned, because that was off')
  await recordFetch(store, id, 'main', end(at(7)))
  t.equal(await wantFetch(store, id, at(5)), 1)
  t.equal(await list(), 1, 'when somebody asks')
  t.match(await getRepository(store, id), { used_at: at(5) })
  await recordFetch(store, id, null, end(at(7), 0))
  t.equal(await list(), 1, 'not by a fetch that began before')
  await recordFetch(store, id, null, end(at(7), 1))
  t.equal(await list(), 0)
  await recordFetch(store, id, null, end(at(7), 0))
  t.equal(await list(), 0, 'one that ends later takes nothing back')
})

t.test('of several runners one fetches what is due', async t => {
  const { store, id } = await fetchRig(t)
  const [one, other] = [await runner(store), await runner(store)]
  t.ok(await takeFetch(store, id, one, undefined))
  t.notOk(await takeFetch(store, id, other, undefined))
  await recordFetch(store, id, 'main', end(at(7)))
  await freeRepository(store, id, one)
  t.notOk(await takeFetch(store, id, other, undefined), 'it has been')
  t.notOk(await takeFetch(store, id, other, due({ usedSince: '' })))
  t.ok(await takeFetch(store, id, other, due({ now: at(7), usedSince: '' })))
  await endRunner(store, other)
  t.notOk(await takeFetch(store, id, other, due({ now: at(7), usedSince: '' })), 'one that is gone does not')
  t.ok(await takeFetch(store, id, one, due({ now: at(7), usedSince: '' })))
})

t.test('failures are counted, told with their instant, and over with the first success', async t => {
  const { store, id } = await fetchRig(t)
  const seen: number[] = []
  const failed = {
    ...{ now: at(3), did: 0 },
    next: (failures: number) => {
      seen.push(failures)
      return at(failures)
    },
  }
  for (let i = 0; i < 3; i++) await recordFetchFailure(store, id, unreachable, failed)
  t.same(seen, [1, 2, 3])
  t.match(await getRepository(store, id), {
    ...{ status: 'failed', failure_json: /no route/, failed_at: at(3), fetched_at: null },
    ...{ failures: 3, next_fetch_at: at(3) },
  })
  await recordFetch(store, id, 'main', { now: at(4), did: 0, next: failures => at(failures + 5) })
  t.match(await getRepository(store, id), {
    ...{ status: 'ready', failure_json: null, failed_at: null, fetched_at: at(4) },
    ...{ failures: 0, next_fetch_at: at(5) },
  })
})

t.test('a repository is removed unless there are sessions of it', async t => {
  const rig = await fetchRig(t)
  const { store, id } = rig
  const by = await runner(store)
  await rig.session()
  t.equal(await requestRepositoryRemoval(store, id), 1)
  t.ok(await findRepository(store, 'demo'))
  await store.write(database => database.deleteFrom('sessions').execute())
  t.equal(await requestRepositoryRemoval(store, id), 0)
  t.equal(await findRepository(store, 'demo'), undefined, 'nobody finds it any more')
  t.equal(await rig.list(), 0, 'nor is it fetched')
  t.equal(await wantFetch(store, id, now()), undefined)
  const again = { name: 'demo', url: '/srv/demo', default_branch: null, now: now() }
  t.match(await addRepository(store, again), { outcome: 'being_removed' })

  await t.test('one that a session was created on meanwhile stays', async t => {
    await rig.session()
    await takeRepository(store, id, by)
    await removeRepository(store, id, by)
    t.match(await findRepository(store, 'demo'), { status: 'pending', removal_requested: 0 })
    await store.write(database => database.deleteFrom('sessions').execute())
  })

  await requestRepositoryRemoval(store, id)
  await freeRepository(store, id, by)
  await removeRepository(store, id, by)
  t.ok(await lookUpRepository(store, id), 'not without its lease')
  await takeRepository(store, id, by)
  await removeRepository(store, id, by)
  t.equal(await lookUpRepository(store, id), undefined)
  t.match(await addRepository(store, again), { outcome: 'added' })
})
