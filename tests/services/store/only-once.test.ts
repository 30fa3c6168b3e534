import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { userId } from '../../../services/contract/ids.ts'
import { onlyOnce } from '../../../services/store/only-once.ts'
import { openStore } from '../../../services/store/store.ts'
import { createUser } from '../../../services/store/users.ts'
import { makeStore } from './make-store.ts'

const now = '2026-01-01T00:00:00.000Z'

t.test('work of several transactions is done whole under one key, and not again', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'store-'))
  const file = join(directory, 'store.db')
  await makeStore(file)
  const store = await openStore(file)
  t.teardown(async () => {
    await store[Symbol.asyncDispose]()
    rmSync(directory, { recursive: true })
  })
  const person = (name: string) => createUser(store, { name, role: 'user', password_hash: null, now })
  const { user } = await person('root')
  const request = { user: userId.schema.parse(user.id), operation: 'x', key: 'k', input: {} }
  const twice = () =>
    onlyOnce(store, { ...request, now: () => Date.parse(now) }, async () => {
      await person('one')
      await person('two')
      return 'both'
    })
  t.same(await twice(), { outcome: 'done', value: 'both' })
  t.match(await twice(), { outcome: 'made' })
  const names = await store.read(database =>
    database.selectFrom('users').select('name').orderBy('name').execute(),
  )
  t.same(
    names.map(({ name }) => name),
    ['one', 'root', 'two'],
  )
})
