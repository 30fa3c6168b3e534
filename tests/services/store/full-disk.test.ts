import { sql } from 'kysely'
import t from 'tap'
import { createToken, listTokens } from '../../../services/store/tokens.ts'
import { now, storeRig } from './store-rig.ts'

t.test('a write that finds no room says so, is taken back whole, and the store goes on', async t => {
  const { store } = await storeRig(t)
  const limit = (pages: number) =>
    store.read(database => sql.raw(`pragma max_page_count = ${pages}`).execute(database))
  // Never less than there are: from here on the store cannot grow.
  await limit(1)
  const before = await listTokens(store)
  const big = { scopes: ['admin' as const], now: now(), expires_at: null, name: 'x'.repeat(50_000) }
  await t.rejects(createToken(store, big), { errcode: 13, message: /full/ })
  t.same(await listTokens(store), before)
  await limit(1_000_000)
  t.match(await createToken(store, big), { outcome: 'created' })
})
