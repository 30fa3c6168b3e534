import type { Workspace } from '../config/workspace.ts'

/** The workspace of a task that needs nothing else of the settings; they are loaded only when it runs. */
export async function workspaceOf(root: string): Promise<Workspace> {
  const { openWorkspace } = await import('../config/workspace.ts')
  return openWorkspace(root, process.env)
}
