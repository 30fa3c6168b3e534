import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { compiledQuery } from '../../../services/store/compiled-query.ts'
import type { UserRow } from '../../../services/store/schema.ts'
import { storeRig } from './store-rig.ts'

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

t.test('what this process has written is seen at once, in the same turn', async t => {
  const { store } = await storeRig(t)
  const before = store.version()
  t.match(await store.recall(disabled, { name: 'owner' }), [{ disabled_at: null }])
  await store.write(transaction =>
    transaction.updateTable('users').set({ disabled_at: 'then' }).where('name', '=', 'owner').execute(),
  )
  t.not(store.version(), before)
  t.match(await store.recall(disabled, { name: 'owner' }), [{ disabled_at: 'then' }])
})

t.test('what another process has written is seen in the next turn', async t => {
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

t.test('a bounded number of answers is kept', async t => {
  const { store } = await storeRig(t)
  const first = await store.recall(called, { name: 'owner' })
  for (let i = 0; i < 2_100; i++) await store.recall(called, { name: `${i}` })
  t.not(await store.recall(called, { name: 'owner' }), first)
})
