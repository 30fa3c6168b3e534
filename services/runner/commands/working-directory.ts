import { realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

export type WorkingDirectory = { found: true; path: string } | { found: false; message: string }

/** Where a command starts: a directory of the worktree, all symbolic links resolved. */
export async function findWorkingDirectory(worktree: string, relative: string): Promise<WorkingDirectory> {
  let top: string
  let path: string
  try {
    top = await realpath(worktree)
    path = await realpath(join(top, relative))
  } catch {
    return { found: false, message: `${relative}: there is no such directory in the worktree` }
  }
  if (path !== top && !path.startsWith(top + sep))
    return { found: false, message: `${relative}: leads out of the worktree` }
  if (!(await stat(path)).isDirectory()) return { found: false, message: `${relative}: is not a directory` }
  return { found: true, path }
}
