import type { SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import { releaseCommit } from '../git/session-repository.ts'
import { returnWorktree } from '../worktrees/return-worktree.ts'

type Session = Pick<SessionJoined, 'id' | 'repository_id'>
type Context = Pick<RunnerContext, 'store' | 'files' | 'mirrors' | 'lease' | 'clock' | 'worktrees' | 'log'>

/** Removes all that a session has on disk and in its repository's mirror; its worktree is given back. Can be repeated. */
export const discardSessionFiles = (context: Context, session: Session): Promise<void> =>
  discard(context, session, [context.files.session(session.id)])

/** The same, but for its logs. */
export const discardAllButLogs = (context: Context, session: Session): Promise<void> => {
  const { files } = context
  const { id } = session
  return discard(context, session, [
    files.worktree(id),
    files.home(id),
    files.temporary(id),
    files.stages(id),
  ])
}

async function discard(
  context: Context,
  { id, repository_id }: Session,
  directories: readonly string[],
): Promise<void> {
  const { files, mirrors } = context
  await returnWorktree(context, id)
  for (const directory of directories) await discardDirectory(context, directory, id)
  const mirror = { repository: repository_id, directory: files.mirror(repository_id) }
  await releaseCommit(mirrors, mirror, id)
}
