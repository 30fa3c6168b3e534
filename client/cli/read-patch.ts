import { longestPatch } from '../../services/contract/fields.ts'
import { usageError } from './cli-error.ts'
import type { Io } from './io.ts'
import { readText } from './read-text.ts'
import { sizeText } from './render/size-text.ts'

/** In place of a file: what has changed in the repository that one stands in. */
export const workingTree = '@working-tree'

export type PatchRead = {
  readonly patch?: string
  /** What the patch was made against; where it is not given, what was asked for stays. */
  readonly commit?: string
  readonly notes: readonly string[]
}

/** The patch that `--patch` names: a file, `-` for standard input, or the working tree against the commit that is asked for. */
export async function readPatch(
  io: Io,
  flag: string,
  file: string,
  commit: string | undefined,
): Promise<PatchRead> {
  if (file !== workingTree) return { patch: await readText(io, flag, file), notes: [] }
  const { packWorkingTree } = await import('./working-tree/pack.ts')
  const packed = await packWorkingTree(io, commit)
  const { patch, notes } = packed
  if (patch !== undefined && patch.length > longestPatch)
    throw usageError(
      `${flag} ${workingTree}: what has changed here makes a patch of ${sizeText(patch.length)}, and one may have ${sizeText(longestPatch)}`,
      'keep large files out of it with .gitignore, or commit and push them',
    )
  if (patch !== undefined) return { patch, commit: packed.commit, notes }
  const none = `nothing has changed here: the session gets ${packed.commit.slice(0, 12)} as it is`
  return { commit: packed.commit, notes: [none, ...notes] }
}
