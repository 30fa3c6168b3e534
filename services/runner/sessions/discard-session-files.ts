import type { SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { releaseCommit } from '../git/session-repository.ts'
import { removeTree } from '../remove-tree.ts'

/** Removes all that a session has on disk and in its repository's mirror. Can be repeated. */
export async function discardSessionFiles(
  { files, git }: Pick<RunnerContext, 'files' | 'git'>,
  session: Pick<SessionJoined, 'id' | 'repository_id'>,
): Promise<void> {
  await removeTree(files.session(session.id))
  await releaseCommit(git, files.mirror(session.repository_id), session.id)
}
