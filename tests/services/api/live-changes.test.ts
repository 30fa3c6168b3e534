import t, { type Test } from 'tap'
import { Changes } from '../../../services/api/changes.ts'
import { LiveChanges } from '../../../services/api/events/live-changes.ts'
import { sessionId } from '../../../services/contract/ids.ts'
import { type ChangeFilter, changesAfter, latestPosition } from '../../../services/store/changes.ts'
import { moveSession, removeSession } from '../../../services/store/session-transitions.ts'
import { now, storeRig } from '../store/store-rig.ts'

/** Followed from now on. What is written is there after `look`. */
async function liveRig(t: Test) {
  const rig = await storeRig(t)
  const live = new LiveChanges({ store: rig.store, changes: new Changes() })
  const joined = live.sight.join(() => undefined)
  t.teardown(async () => {
    joined[Symbol.dispose]()
    await live[Symbol.asyncDispose]()
  })
  const look = () => live.sight.fresh()
  /** Everything that is kept behind a position, one after the other, as whoever follows asks for it. */
  const told = (position: number, wanted: ChangeFilter): string[] | undefined => {
    const texts: string[] = []
    for (let at = position; ; ) {
      const read = live.after(at, wanted)
      if (read === undefined) return undefined
      texts.push(...read.changes.map(({ text }) => text.id ?? 'no id'))
      at = read.upTo
      if (!read.more) return texts
    }
  }
  /** So many sessions at once that are gone. */
  const remove = (count: number) =>
    rig.store.write(async transaction => {
      for (let i = 0; i < count; i++) {
        const id = sessionId.create()
        const row = { kind: 'removed', resource_id: id, session_id: id, owner_id: rig.owner } as const
        await transaction.insertInto('changes').values(row).execute()
      }
    })
  return { ...rig, live, look, told, remove }
}

t.test('each is told what a look of his own would find, whosoever it is', async t => {
  const rig = await liveRig(t)
  const { store, owner, look, told } = rig
  const start = await look()
  const other = await rig.user('other')
  const [own, others, gone] = [
    await rig.session(),
    await rig.session([], other),
    await rig.session([], other),
  ]
  for (const id of [own, others]) await moveSession(store, id, 'starting', { now: now() })
  await removeSession(store, gone)
  const end = await look()
  t.equal(end, await latestPosition(store))
  for (const visible of ['all', { owner }, { owner: other }] as const)
    for (const session of [undefined, own, others, gone])
      for (let after = start; after <= end; after++) {
        const read = await changesAfter(store, { after, visible, session, limit: 100 })
        t.same(told(after, { visible, session }), read.known && read.changes.map(one => `${one.position}`))
      }
})

t.test('what is not known here is left to a look of one’s own', async t => {
  const { look, told, remove } = await liveRig(t)
  const start = await look()
  t.equal(told(start - 1, { visible: 'all' }), undefined, 'it was before anybody followed')
  t.same(told(start, { visible: 'all' }), [])
  t.equal(told(start + 1, { visible: 'all' }), undefined, 'nobody has looked as far')
  await remove(1)
  await look()
  t.same(told(start, { visible: 'all' }), [`${start + 1}`])
})

t.test('no more is kept than a thousand changes, the latest', async t => {
  const { look, told, remove } = await liveRig(t)
  const start = await look()
  await remove(1_200)
  const end = await look()
  t.equal(end, start + 1_200)
  t.equal(told(start + 199, { visible: 'all' }), undefined)
  t.equal(told(start + 200, { visible: 'all' })?.length, 1_000)
})

t.test('no more is kept than a megabyte', async t => {
  const { look, told, session } = await liveRig(t)
  const start = await look()
  await session(Array.from({ length: 20 }, (_, i) => `echo ${i} ${'x'.repeat(99_000)}`))
  const end = await look()
  t.equal(told(start, { visible: 'all' }), undefined)
  t.equal(told(end - 11, { visible: 'all' }), undefined)
  t.equal(told(end - 10, { visible: 'all' })?.length, 10)
})

t.test('after changes that are forgotten it begins anew', async t => {
  const { store, look, told, remove } = await liveRig(t)
  await remove(1)
  const start = await look()
  // As another store has it, from a copy that was made before.
  await store.write(transaction => transaction.deleteFrom('changes').where('position', '>=', start).execute())
  const earlier = await look()
  t.equal(earlier, await latestPosition(store))
  t.ok(earlier < start)
  t.equal(told(start, { visible: 'all' }), undefined)
  t.same(told(earlier, { visible: 'all' }), [])
})
