import { readFile } from 'node:fs/promises'
import type { PatchedWorktree } from '../git/apply-patch.ts'
import type { Git } from '../git/git.ts'
import type { ObtainedSubmodule } from './obtain-submodules.ts'
import { submoduleInPatch } from './submodule-in-patch.ts'

/**
 * The submodule that a patch changes, which it says itself, or else is one of these. One that it moves away or removes without
 * saying so is missed when they are put in their places. Undefined where there is none.
 */
export async function patchedSubmodule(
  git: Git,
  at: PatchedWorktree,
  submodules: readonly ObtainedSubmodule[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const said = submoduleInPatch(await readFile(at.patchFile, 'utf8'))
  if (said !== undefined || submodules.length === 0) return said
  const changed = new Set(await changedNames(git, at, signal))
  return submodules.find(({ path }) => changed.has(path))?.path
}

/** What git itself takes the patch to change; nothing where it cannot read it, which it says when it is to be applied. */
async function changedNames(
  git: Git,
  { worktree, patchFile }: PatchedWorktree,
  signal: AbortSignal,
): Promise<string[]> {
  const listed = await git.run(['-C', worktree, 'apply', '--numstat', '-z', '--', patchFile], { signal })
  const entries = listed.kind === 'done' ? listed.stdout.split('\0').slice(0, -1) : []
  return entries.map(entry => entry.replace(/^[^\t]*\t[^\t]*\t/, ''))
}
