import { randomBytes } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '../../../lib/remove-tree.ts'
import type { SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { releaseCommit } from '../git/session-repository.ts'

/**
 * Removes all that a session has on disk and in its repository's mirror. Can be repeated. The directory is moved away
 * first, in one step and only while the lease is held: a runner that is stopped in the middle and goes on later removes
 * nothing that a successor has made meanwhile.
 */
export async function discardSessionFiles(
  { files, git, lease }: Pick<RunnerContext, 'files' | 'git' | 'lease'>,
  session: Pick<SessionJoined, 'id' | 'repository_id'>,
): Promise<void> {
  const directory = files.session(session.id)
  if (existsSync(directory)) {
    await mkdir(files.discarded, { recursive: true, mode: 0o700 })
    const discarded = join(files.discarded, `${session.id}-${randomBytes(6).toString('hex')}`)
    lease.require()
    renameSync(directory, discarded)
    await removeTree(discarded)
  }
  await releaseCommit(git, files.mirror(session.repository_id), session.id)
}
