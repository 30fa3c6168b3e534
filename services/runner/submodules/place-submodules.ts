import { lstatSync, readdirSync } from 'node:fs'
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { resetCheckout } from '../git/check-out.ts'
import type { GitOutcome } from '../git/git.ts'
import { borrow, heldForEver, makeRepository, submoduleSection } from '../git/session-repository.ts'
import type { ObtainedSubmodule } from './obtain-submodules.ts'

export type Placed =
  | { readonly placed: true }
  /** `why`: what git said; without, something stands in its place. */
  | { readonly placed: false; readonly path: string; readonly why?: Exclude<GitOutcome, { kind: 'done' }> }

/**
 * Checks the submodules of a session out in its worktree, which is a repository already and in which nothing has run. They
 * lie as git itself has them: their repositories below `.git/modules`, at the commits that are recorded, their objects
 * borrowed from their mirrors.
 */
export async function placeSubmodules(
  context: RunnerContext,
  { repository_id }: Pick<SessionJoined, 'repository_id'>,
  checkout: string,
  submodules: readonly ObtainedSubmodule[],
  signal: AbortSignal,
): Promise<Placed> {
  const { files, git, mirrors } = context
  const index = `${checkout}-index`
  for (const { path, url, commit, mirror: key, names } of submodules) {
    if (!isEmptyPlace(checkout, path)) return { placed: false, path }
    const worktree = join(checkout, path)
    const mirror = files.submodule(repository_id, key)
    await rm(index, { force: true })
    const reset = await resetCheckout(git, { mirror, checkout: worktree, index }, commit, signal)
    if (reset.kind !== 'done') return { placed: false, path, why: reset }
    const [outer, folder] = [folderOf(checkout, names.slice(0, -1)), folderOf(checkout, names)]
    await makeDirectoriesBetween(outer, folder)
    const from = { repository: repository_id, directory: mirror }
    const borrowed = await borrow(mirrors, from, { hold: heldForEver(commit), commit }, signal)
    if (borrowed.kind !== 'done') return { placed: false, path, why: borrowed }
    await makeRepository({
      ...{ folder, worktree: relative(folder, worktree), index },
      ...{ mirror, commit, url, defaultBranch: null, refs: borrowed.stdout },
    })
    await writeFile(join(worktree, '.git'), `gitdir: ${relative(worktree, folder)}\n`)
    await appendFile(join(outer, 'config'), submoduleSection(names.at(-1) ?? '', url))
  }
  await rm(index, { force: true })
  return { placed: true }
}

/** Where the repository of a submodule lies: `.git/modules/a/modules/b`. */
const folderOf = (checkout: string, names: readonly string[]): string =>
  join(checkout, '.git', ...names.flatMap(name => ['modules', name]))

/** Not those around them: where the checkout has been moved away, nothing is made in its place. */
async function makeDirectoriesBetween(outer: string, folder: string): Promise<void> {
  let directory = outer
  for (const part of relative(outer, folder).split('/').slice(0, -1)) {
    directory = join(directory, part)
    await mkdir(directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Whether there is a directory without anything in it, and no link on the way. */
function isEmptyPlace(top: string, path: string): boolean {
  let place = top
  for (const part of path.split('/')) {
    place = join(place, part)
    if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) return false
  }
  return readdirSync(place).length === 0
}
