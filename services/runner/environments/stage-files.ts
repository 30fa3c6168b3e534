import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EnvironmentId, SessionId } from '../../contract/ids.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import type { StagedFile } from './environment-key.ts'

/**
 * Writes the files that an environment is built from beside the worktree, out of the session's reach. Its build gets these
 * bytes, of which its key was made, and no others: so equal keys mean equal environments, whatever else a commit or a patch
 * has changed.
 */
export async function stageFiles(directory: string, staged: readonly StagedFile[]): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  for (const { path, bytes } of staged) {
    const file = join(directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
}

/**
 * Makes the directory of an environment anew, with the files that it is built from, for one more attempt to build it; tells
 * where the build runs. The environment stays there, for many write its path into what they install.
 */
export async function unstageFiles(
  context: Pick<RunnerContext, 'files' | 'lease'>,
  session: SessionId,
  id: EnvironmentId,
): Promise<string> {
  const { files, lease } = context
  await discardDirectory(context, files.environment(id), id)
  lease.require()
  await mkdir(files.environment(id), { recursive: true, mode: 0o700 })
  await cp(files.stage(session, id), files.project(id), { recursive: true })
  return files.project(id)
}
