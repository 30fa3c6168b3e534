import { toInstant } from '../../../lib/clock.ts'
import { toWorktree } from '../../store/rows.ts'
import { listWorktrees, reclaimWorktrees } from '../../store/worktrees.ts'
import type { Context } from '../context.ts'
import { done } from '../outcome.ts'
import { page } from '../page.ts'
import { findRepository } from './find.ts'
import type { Handlers } from './handler.ts'
import { byAge } from './orders.ts'
import { eachSeen } from './seen.ts'

type Names = 'worktrees.list' | 'worktrees.reclaim'

export const worktreeHandlers = (context: Context): Pick<Handlers, Names> => ({
  'worktrees.list': ({ status, ...asked }, { caller }) =>
    page(
      asked,
      byAge,
      async (after, limit) => {
        const { visible } = caller
        const rows = await listWorktrees(context.store, { status, visible, after, limit })
        return eachSeen(caller, rows, 'worktrees.list')
      },
      toWorktree,
    ),

  'worktrees.reclaim': async input => {
    const repository =
      input.repository === undefined ? undefined : await findRepository(context, input.repository)
    if (repository?.ok === false) return repository
    const instant = context.clock.now()
    const reclaimed = await reclaimWorktrees(context.store, {
      unusedSince: toInstant(instant - input.older_than * 1_000),
      repository: repository?.value.id,
      now: toInstant(instant),
    })
    if (reclaimed.length > 0) context.runner.wake()
    return done(reclaimed.map(toWorktree))
  },
})
