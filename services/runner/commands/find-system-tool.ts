import { findExecutable } from './find-executable.ts'

/** Where the system's own tools are; those of a version manager are found too, but start slower. */
const systemPath = '/usr/local/bin:/usr/bin:/bin'

/** The path of a tool that the runner itself needs; `path`: where else it may be. */
export async function findSystemTool(name: string, path: string): Promise<string | undefined> {
  const found = await findExecutable(name, `${systemPath}:${path}`, '/')
  return found.found ? found.path : undefined
}
