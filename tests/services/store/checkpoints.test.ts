import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openStore, type Store } from '../../../services/store/store.ts'
import { createUser } from '../../../services/store/users.ts'
import { makeStore } from './make-store.ts'
import { now, storePath } from './store-rig.ts'

/** Writes 50 pages of the log, and a few. */
const writeMuch = (store: Store, number: number) =>
  store.write(transaction =>
    transaction
      .updateTable('users')
      .set({ display_name: `${number} ${String.fromCharCode(97 + (number % 26)).repeat(200_000)}` })
      .execute(),
  )

async function openedStore(t: Test) {
  const path = storePath(t)
  await makeStore(path)
  const store = await openStore(path)
  await createUser(store, { name: 'somebody', role: 'user', now: now() })
  return { path, store }
}

t.test('much that is committed is copied into the database beside who commits', async t => {
  const { path, store } = await openedStore(t)
  const other = new DatabaseSync(path)
  t.teardown(() => other.isOpen && other.close())
  const left = () => {
    const { log, checkpointed } = other.prepare('pragma wal_checkpoint(noop)').get() ?? {}
    return Number(log) - Number(checkpointed)
  }
  for (let i = 0; i < 70; i++) await writeMuch(store, i)
  t.ok(left() > 3_000, 'nothing is copied of what is little')
  for (let i = 70; i < 120; i++) await writeMuch(store, i)
  const until = performance.now() + 30_000
  while (left() >= 4_000 && performance.now() < until) await delay(5)
  t.ok(left() < 4_000, `${left()} pages`)
  await store[Symbol.asyncDispose]()
  t.match(other.prepare('select display_name from users').get(), { display_name: /^119 p/ })
  other.close()
  t.notOk(existsSync(`${path}-wal`), 'nobody has it open any more')
})

t.test('a store that is closed while that goes on leaves nothing open', async t => {
  const { path, store } = await openedStore(t)
  for (let i = 0; i < 96; i++) await writeMuch(store, i)
  await store[Symbol.asyncDispose]()
  t.notOk(existsSync(`${path}-wal`))
})
