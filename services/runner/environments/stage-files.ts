import { randomBytes } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
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
 * Makes the directory of an environment, with the files that it is built from, anew for each attempt to build it, and a
 * home and a place for temporary files, which go with the stages; tells where the build runs. From then on the environment stays there, for many write its path into what they install.
 *
 * A successor that finds it made for its attempt leaves it as it is: the wrapper of an earlier runner may be about to
 * build there, and of the two only the first does.
 */
export async function unstageFiles(
  context: Pick<RunnerContext, 'files' | 'lease'>,
  session: SessionId,
  id: EnvironmentId,
  attempt: number,
): Promise<string> {
  const { files, lease } = context
  const mark = `attempt-${attempt}`
  if (existsSync(join(files.environment(id), mark))) return files.project(id)
  const draft = join(files.stages(session), `draft-${randomBytes(6).toString('hex')}`)
  await mkdir(draft, { mode: 0o700 })
  await cp(files.stage(session, id), join(draft, 'project'), { recursive: true })
  await writeFile(join(draft, mark), '')
  for (const own of [files.buildHome(session, id), files.buildTemporary(session, id)]) {
    await discardDirectory(context, own, id)
    await mkdir(own, { mode: 0o700 })
  }
  await mkdir(files.environments, { recursive: true, mode: 0o700 })
  await discardDirectory(context, files.environment(id), id)
  lease.require()
  renameSync(draft, files.environment(id))
  return files.project(id)
}
