import { dirname, join, relative, sep } from 'node:path'
import type { Workspace } from '../../config/workspace.ts'

/** What `clean` takes away and what it leaves, as absolute paths. */
export type CleanPlan = {
  readonly remove: readonly string[]
  /** Data that the configuration keeps elsewhere: only whoever chose the place may remove it. */
  readonly left: readonly string[]
}

/**
 * Plans, purely. Without `all`, what bootstrap can make again goes: environments, certificates, downloads, whatever else
 * lies in `.artifacts` (`names` are its entries) and is neither data nor a secret, and not what runs need: logs, locks,
 * PM2's home, compiled code. With `all`, `.artifacts` goes as a whole, and the directories of sockets outside of it. The locks that
 * are held meanwhile go last: from then on somebody else may make all of it anew.
 */
export function planClean(workspace: Workspace, names: readonly string[], all: boolean): CleanPlan {
  const { artifacts, dataDirectory, storeFile } = workspace
  const places = [dataDirectory, storeFile]
  const locks = entryOf(artifacts, workspace.run)
  if (all)
    return {
      remove: [
        ...names.filter(name => name !== locks).map(name => join(artifacts, name)),
        ...socketDirectories(workspace),
        ...names.filter(name => name === locks).map(name => join(artifacts, name)),
      ],
      left: places.filter(path => entryOf(artifacts, path) === undefined),
    }
  const kept = [...places, workspace.secrets, workspace.run, workspace.logs, workspace.pm2Home].map(path =>
    entryOf(artifacts, path),
  )
  const stays = new Set([...kept, 'compile-cache'])
  return { remove: names.filter(name => !stays.has(name)).map(name => join(artifacts, name)), left: [] }
}

/** Those that were placed outside because their paths would have been too long: see lib/socket-path.ts. */
function socketDirectories({ artifacts, pm2Home, runnerSocket }: Workspace): string[] {
  const directories = new Set([pm2Home, dirname(runnerSocket)])
  return [...directories].filter(
    path => entryOf(artifacts, path) === undefined && /\/debug-server-[0-9a-f]{12}$/.test(path),
  )
}

/** The entry of a directory that a path lies in or is; undefined where it lies elsewhere, or is the directory itself. */
function entryOf(directory: string, path: string): string | undefined {
  const [first = ''] = relative(directory, path).split(sep)
  return first === '' || first === '..' ? undefined : first
}
