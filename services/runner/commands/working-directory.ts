import { realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isIn } from '../../../lib/is-in.ts'
import { leadsOut } from '../leads-out.ts'

export type WorkingDirectory = { found: true; path: string } | { found: false; message: string }

/** Where a command starts: a directory of the worktree, all symbolic links resolved. */
export async function findWorkingDirectory(worktree: string, relative: string): Promise<WorkingDirectory> {
  const missing = {
    found: false,
    message: `${relative}: there is no such directory in the worktree`,
  } as const
  const outside = { found: false, message: `${relative}: leads out of the worktree` } as const
  let top: string
  let path: string
  try {
    top = await realpath(worktree)
  } catch {
    return missing
  }
  try {
    path = await realpath(join(top, relative))
  } catch {
    return (await leadsOut(top, relative)) ? outside : missing
  }
  if (!isIn(path, top)) return outside
  if (!(await stat(path)).isDirectory()) return { found: false, message: `${relative}: is not a directory` }
  return { found: true, path }
}
