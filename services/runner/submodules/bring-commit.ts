import { existsSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import type { RunnerContext } from '../context.ts'
import type { SubmoduleMirror } from './find-mirror.ts'

export type BroughtCommit = { readonly ok: true } | { readonly ok: false; readonly message: string }

type Context = Pick<RunnerContext, 'git' | 'mirrors' | 'metrics' | 'log' | 'clock'>

/**
 * Has a mirror have a commit with all that belongs to it. What is there is not asked for again; otherwise a fetch that began
 * after `since` will do.
 */
export async function bringCommit(
  context: Context,
  mirror: SubmoduleMirror,
  commit: string,
  since: number,
  signal: AbortSignal,
): Promise<BroughtCommit> {
  const { mirrors, metrics, log } = context
  const isThere = () => hasCommit(context, mirror, commit, signal)
  if (await isThere()) return { ok: true }
  const began = performance.now()
  const fetched = await mirrors.refresh(mirror, since, signal)
  metrics.fetched(fetched.ok ? 'done' : 'failed', performance.now() - began)
  const failure = fetched.ok ? undefined : fetched.failure
  log.info({ repository: mirror.repository, url: mirror.url, failure }, 'a submodule was fetched')
  if (await isThere()) return { ok: true }
  if (failure !== undefined) return { ok: false, message: `it could not be fetched: ${failure.message}` }
  // On no branch and no tag, but perhaps the remote still has it.
  await mirrors.fetchCommit(mirror, commit, signal)
  return (await isThere()) ? { ok: true } : { ok: false, message: `its repository has no commit ${commit}` }
}

/**
 * Whether it is there as a whole: a git that was killed may have left the beginning of it, as loose objects that no ref
 * leads to. What a ref leads to is whole, and is not walked.
 */
async function hasCommit(
  { git, clock }: Context,
  { directory }: SubmoduleMirror,
  commit: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!existsSync(directory)) return false
  // First: one that was used just now is not removed.
  const now = clock.now() / 1_000
  await utimes(directory, now, now)
  const walk = ['rev-list', '--objects', '--quiet', `${commit}^{commit}`, '--not', '--all']
  return (await git.run(['-C', directory, ...walk], { signal })).kind === 'done'
}
