import { randomBytes } from 'node:crypto'
import { constants, existsSync, renameSync } from 'node:fs'
import { cp, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EnvironmentId, SessionId } from '../../contract/ids.ts'
import type { RunnerContext } from '../context.ts'

/**
 * Puts copies of an environment's `node_modules` into a worktree, beside the manifests that they belong to. Each session
 * has its own, which it may change, as many tools do: see decision 0031. Where the file system can, a copy shares its blocks.
 * What is there already stays.
 */
export async function placeModules(
  { files, lease }: Pick<RunnerContext, 'files' | 'lease'>,
  session: SessionId,
  environment: EnvironmentId,
  manifests: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const worktree = await realpath(files.worktree(session))
  for (const manifest of manifests) {
    const folder = dirname(manifest)
    const from = join(files.project(environment), folder, 'node_modules')
    const to = join(worktree, folder, 'node_modules')
    if (!existsSync(from) || existsSync(to)) continue
    // No link leads out of it.
    if ((await realpath(dirname(to))) !== dirname(to)) continue
    const draft = join(files.stages(session), `modules-${randomBytes(6).toString('hex')}`)
    await cp(from, draft, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
      mode: constants.COPYFILE_FICLONE,
      filter: () => {
        signal.throwIfAborted()
        return true
      },
    })
    // Whole or not at all, as the worktree itself.
    lease.require()
    renameSync(draft, to)
  }
}
