import type { WorktreeRow } from '../../store/schema.ts'
import { claimWorktree, forgetWorktree } from '../../store/worktrees.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'

/** Removes a worktree: its files first, then the row, so that a removal cut short is done again. */
export async function removeWorktree(context: RunnerContext, { id }: WorktreeRow): Promise<void> {
  const { store, files, lease } = context
  if (!(await claimWorktree(store, id, 'removing', lease.token))) return
  await discardDirectory(context, files.pooled(id), id)
  await forgetWorktree(store, id, lease.token)
}
