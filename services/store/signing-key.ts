import { randomBytes } from 'node:crypto'
import type { Store } from './store.ts'

/**
 * What access tokens are signed with: 256 bits, made by whoever needs them first, and the same for every API of this
 * store. It opens nothing by itself: what a token names is looked up at each use.
 */
export const signingKey = async (store: Store): Promise<Uint8Array> => {
  const known = await keyIn(store)
  if (known !== undefined) return known
  await store.write(transaction =>
    transaction
      .insertInto('signing_keys')
      .values({ id: 1, secret: randomBytes(32).toString('hex') })
      .onConflict(conflict => conflict.doNothing())
      .execute(),
  )
  const made = await keyIn(store)
  if (made === undefined) throw new Error('the store keeps no signing key')
  return made
}

async function keyIn(store: Store): Promise<Uint8Array | undefined> {
  const row = await store.read(database =>
    database.selectFrom('signing_keys').select('secret').executeTakeFirst(),
  )
  return row && Buffer.from(row.secret, 'hex')
}
