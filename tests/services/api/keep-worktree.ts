import { worktreeId } from '../../../services/contract/ids.ts'
import { findRepository } from '../../../services/store/repositories.ts'
import type { WorktreeRow } from '../../../services/store/schema.ts'
import type { Rig } from './rig.ts'

/** A worktree of the repository `demo`, as a runner would have left it. */
export async function keepWorktree({ store }: Rig, change: Partial<WorktreeRow> = {}): Promise<string> {
  const repository = await findRepository(store, 'demo')
  if (repository === undefined) throw new Error('there is no demo')
  const row: WorktreeRow = {
    id: worktreeId.create(),
    repository_id: repository.id,
    status: 'warm',
    session_id: null,
    runner_token: null,
    commit_id: '0'.repeat(40),
    boot_id: null,
    bytes: 1_000,
    created_at: '2020-01-01T00:00:00.000Z',
    last_used_at: '2020-01-01T00:00:00.000Z',
    ...change,
  }
  await store.write(transaction => transaction.insertInto('worktrees').values(row).execute())
  return row.id
}
