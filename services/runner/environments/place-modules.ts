import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, renameSync } from 'node:fs'
import { mkdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EnvironmentId, SessionId } from '../../contract/ids.ts'
import type { RunnerContext } from '../context.ts'
import { type Copied, type Copy, copyModules } from './copy-modules.ts'

/**
 * Puts copies of an environment's `node_modules` into a worktree, beside the manifests that they belong to. Each session
 * has its own, which it may change, as many tools do: see decision 0031. Where the file system can, a copy shares its blocks.
 * What is there already stays.
 */
export async function placeModules(
  context: Pick<RunnerContext, 'store' | 'files' | 'lease' | 'isolation' | 'helpers' | 'environments'>,
  session: SessionId,
  environment: EnvironmentId,
  manifests: readonly string[],
  signal: AbortSignal,
): Promise<Copied> {
  const { files, lease } = context
  const worktree = await realpath(files.worktree(session))
  const project = join(await realpath(files.environments), environment, 'project')
  const drafts = join(files.stages(session), `modules-${randomBytes(6).toString('hex')}`)
  const copies: (Copy & { place: string })[] = []
  for (const folder of manifests.map(dirname)) {
    const from = join(project, folder, 'node_modules')
    const place = join(worktree, folder, 'node_modules')
    if (!existsSync(from) || lstatSync(place, { throwIfNoEntry: false }) !== undefined) continue
    // No link leads out of either.
    if ((await realpath(from)) !== from)
      return {
        ok: false,
        message: `${join(folder, 'node_modules')} is a link that leads elsewhere`,
        damaged: true,
      }
    if ((await realpath(dirname(place))) !== dirname(place)) continue
    copies.push({ from, to: join(drafts, String(copies.length)), place })
  }
  if (copies.length === 0) return { ok: true }
  await mkdir(drafts, { mode: 0o700 })
  const copied = await copyModules(context, { session, environment, drafts }, copies, signal)
  if (!copied.ok) return copied
  for (const { to, place } of copies) {
    // Whole or not at all, as the worktree itself.
    lease.require()
    renameSync(to, place)
  }
  return { ok: true }
}
