import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as atOnce } from 'node:timers'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { startCommand } from '../../../services/store/commands.ts'
import { compiledQuery } from '../../../services/store/compiled-query.ts'
import type { UserRow } from '../../../services/store/schema.ts'
import { StoreVersion } from '../../../services/store/store-version.ts'
import { now, storeRig } from './store-rig.ts'

const called = compiledQuery<{ name: string }, UserRow>((database, parameter) =>
  database.selectFrom('users').selectAll().where('name', '=', parameter('name')),
)
const disabled = compiledQuery<{ name: string }, Pick<UserRow, 'disabled_at'>>((database, parameter) =>
  database.selectFrom('users').select('disabled_at').where('name', '=', parameter('name')),
)

t.test('an answer is shared while nothing is written, each query and each value for itself', async t => {
  const { store } = await storeRig(t)
  const first = await store.recall(called, { name: 'owner' })
  t.match(first, [{ name: 'owner' }])
  t.equal(await store.recall(called, { name: 'owner' }), first)
  await setImmediate()
  t.equal(await store.recall(called, { name: 'owner' }), first, 'in a later turn as well')
  t.strictSame(await store.recall(called, { name: 'nobody' }), [])
  t.match(await store.recall(disabled, { name: 'owner' }), [{ disabled_at: null }])
})

t.test('what this process has written is seen at once, in the same event', async t => {
  const { store } = await storeRig(t)
  const before = store.version()
  t.match(await store.recall(disabled, { name: 'owner' }), [{ disabled_at: null }])
  await store.write(transaction =>
    transaction.updateTable('users').set({ disabled_at: 'then' }).where('name', '=', 'owner').execute(),
  )
  t.not(store.version(), before)
  t.match(await store.recall(disabled, { name: 'owner' }), [{ disabled_at: 'then' }])
})

t.test('a command that is queued changes nothing that is recalled', async t => {
  const { store, running, queue } = await storeRig(t)
  const session = await running()
  const first = await store.recall(called, { name: 'owner' })
  const before = store.version()
  const command = await queue(session)
  t.not(store.version(), before)
  t.equal(await store.recall(called, { name: 'owner' }), first)
  await startCommand(store, command, now())
  t.not(await store.recall(called, { name: 'owner' }), first, 'one that starts may be that of an environment')
})

t.test('what another process has written is seen by the next event', async t => {
  const { store, path } = await storeRig(t)
  for (let i = 0; i < 20; i++) {
    t.match(await store.recall(disabled, { name: 'owner' }), [{ disabled_at: i === 0 ? null : `${i - 1}` }])
    const other = new Worker(
      `const { DatabaseSync } = require('node:sqlite')
       const database = new DatabaseSync(${JSON.stringify(path)}, { timeout: 5000 })
       database.exec("update users set disabled_at = '${i}' where name = 'owner'")
       database.close()`,
      { eval: true },
    )
    await once(other, 'exit')
  }
})

t.test(
  'what another process has written is seen by the next event, in the same round of the loop too',
  async t => {
    const { store, path } = await storeRig(t)
    const other = new DatabaseSync(path)
    t.teardown(() => other.close())
    const versions: number[] = []
    const event = () => {
      versions.push(store.version(), store.version())
      other.exec(`update users set disabled_at = '${versions.length}' where name = 'owner'`)
    }
    // All of them in one round.
    for (let i = 0; i < 3; i++) atOnce(event)
    await setImmediate()
    t.equal(versions.length, 6)
    t.equal(new Set(versions).size, 3, 'each event has one of its own')
  },
)

t.test('one event looks once, however often it asks', async t => {
  let looks = 0
  const version = new StoreVersion(() => ++looks)
  const first = version.present
  for (let i = 0; i < 100; i++) {
    await i
    t.equal(version.present, first)
  }
  t.equal(looks, 1)
  await setImmediate()
  t.not(version.present, first)
  t.equal(looks, 2)
})

t.test('a store that cannot be asked counts as changed', async t => {
  const version = new StoreVersion(() => {
    throw new Error('busy')
  })
  const first = version.present
  await setImmediate()
  t.not(version.present, first)
})

t.test('while another connection holds the lock, what was committed before is told', async t => {
  const { store, path } = await storeRig(t)
  const other = new DatabaseSync(path)
  t.teardown(() => other.close())
  t.match(await store.recall(disabled, { name: 'owner' }), [{ disabled_at: null }])
  other.exec("begin immediate; update users set disabled_at = 'then' where name = 'owner'")
  await setImmediate()
  t.match(await store.recall(disabled, { name: 'owner' }), [{ disabled_at: null }])
  other.exec('commit')
  await setImmediate()
  t.match(await store.recall(disabled, { name: 'owner' }), [{ disabled_at: 'then' }])
})

t.test('what fails is not kept', async t => {
  const { store } = await storeRig(t)
  const broken = compiledQuery<{ name: string }, UserRow>((database, parameter) =>
    database
      .selectFrom('users')
      .selectAll()
      .where('name', '=', parameter('name'))
      .where('missing' as 'name', '=', 'x'),
  )
  await t.rejects(store.recall(broken, { name: 'owner' }), /missing/)
  await t.rejects(store.recall(broken, { name: 'owner' }), /missing/)
})

t.test('what has failed is asked again, in the same event too', async t => {
  const { store } = await storeRig(t)
  let calls = 0
  const first: typeof called = async (database, values) => {
    if (calls++ === 0) throw new Error('on purpose')
    return called(database, values)
  }
  const all = () => [1, 2].map(() => store.recall(first, { name: 'owner' }))
  t.same(
    (await Promise.allSettled(all())).map(({ status }) => status),
    ['rejected', 'rejected'],
    'whoever shares it is told',
  )
  t.match(await Promise.all(all()), [[{ name: 'owner' }], [{ name: 'owner' }]])
  t.equal(calls, 2)
})

t.test('a bounded number of answers is kept', async t => {
  const { store } = await storeRig(t)
  const first = await store.recall(called, { name: 'owner' })
  for (let i = 0; i < 2_100; i++) await store.recall(called, { name: `${i}` })
  t.not(await store.recall(called, { name: 'owner' }), first)
})
