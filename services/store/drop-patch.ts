import type { Transaction } from 'kysely'
import type { SessionId } from '../contract/ids.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

/**
 * Calls `drop` unless another session than `by` needs the patch. No session can be created meanwhile: one that is to
 * have this patch is created before, and keeps it, or after, and finds its file gone.
 */
export function dropPatch(
  store: Store,
  sha256: string,
  by: SessionId,
  drop: () => Promise<void>,
): Promise<void> {
  return store.write(async transaction => {
    if ((await usersOf(transaction, sha256)).every(({ id }) => id === by)) await drop()
  })
}

/** One or two sessions that need the patch: enough to tell whether there is another. */
const usersOf = (database: Pick<Transaction<Schema>, 'selectFrom'>, sha256: string) =>
  database.selectFrom('sessions').select('id').where('patch_sha256', '=', sha256).limit(2).execute()
