import { type Names, namesIn } from '../../../lib/tree/names.ts'
import { TreeError } from '../../../lib/tree/tree-error.ts'

/** The names of a path in the workspace. One from the root of the file system counts where it leads into the workspace. */
export function namesOf(path: string, workspace: string): Names {
  if (!path.startsWith('/')) return namesIn(Buffer.from(path))
  if (path === workspace) return []
  if (path.startsWith(`${workspace}/`)) return namesIn(Buffer.from(path.slice(workspace.length + 1)))
  throw new TreeError(
    'PATH_TRAVERSAL',
    `${path.slice(0, 200)} is outside of the workspace; paths are relative to it`,
  )
}
