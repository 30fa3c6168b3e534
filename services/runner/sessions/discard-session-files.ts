import type { SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import { releaseCommit } from '../git/session-repository.ts'
import { returnWorktree } from '../worktrees/return-worktree.ts'

type Context = Pick<RunnerContext, 'store' | 'files' | 'git' | 'lease' | 'clock' | 'worktrees' | 'log'>

/** Removes what a session has but its logs, and lets go of its commit; its worktree is given back. Can be repeated. */
export async function discardWorktree(
  context: Context,
  session: Pick<SessionJoined, 'id' | 'repository_id'>,
): Promise<void> {
  const { files, git } = context
  const { id } = session
  await returnWorktree(context, id)
  for (const directory of [files.worktree(id), files.home(id), files.temporary(id), files.stages(id)])
    await discardDirectory(context, directory, id)
  await releaseCommit(git, files.mirror(session.repository_id), id)
}

/** Removes all that a session has on disk and in its repository's mirror; its worktree is given back. Can be repeated. */
export async function discardSessionFiles(
  context: Context,
  session: Pick<SessionJoined, 'id' | 'repository_id'>,
): Promise<void> {
  const { files, git } = context
  await returnWorktree(context, session.id)
  await discardDirectory(context, files.session(session.id), session.id)
  await releaseCommit(git, files.mirror(session.repository_id), session.id)
}
