import { realpath } from 'node:fs/promises'
import { openInside } from '../artifacts/open-inside.ts'
import type { StagedFile } from './environment-key.ts'
import type { Manager } from './managers/manager.ts'

/** Of all the files that a build reads: how many, and how many bytes together. */
const mostFiles = 5_000
const mostBytes = 64 * 1_048_576

export type FilesRead =
  | { readonly ok: true; readonly files: readonly StagedFile[] }
  | { readonly ok: false; readonly message: string }

/**
 * Reads what a manager builds from, as its build is to get it. What it only has to see is told with no bytes, and does not
 * belong to the key. `paths`: the files of the worktree.
 */
export async function readFiles(
  worktree: string,
  manager: Manager,
  paths: readonly string[],
): Promise<FilesRead> {
  const known = new Set(paths)
  const read = new Set(paths.filter(path => manager.reads(path)))
  const top = await realpath(worktree)
  const files: StagedFile[] = []
  let bytes = 0
  // Goes on with those that are added on the way.
  for (const path of read) {
    if (read.size > mostFiles)
      return refused(`it is built from ${read.size} files, of which there may be ${mostFiles}`)
    const opened = await openInside(top, path)
    if (!opened.ok) {
      // Below the top it may be a fixture of some test, and the manager may not ask for it.
      if (path.includes('/')) continue
      return refused(`${path} cannot be read: ${opened.reason.replaceAll('_', ' ')}`)
    }
    await using file = opened.file
    bytes += (await file.stat()).size
    if (bytes > mostBytes) return refused(`what it is built from has more than ${mostBytes} bytes`)
    const content = await file.readFile()
    const text = content.toString('utf8')
    for (const named of manager.names?.(path, text) ?? []) if (known.has(named)) read.add(named)
    const trimmed = manager.trimmed?.(path, text)
    files.push({ path, bytes: trimmed === undefined ? content : Buffer.from(trimmed) })
  }
  return { ok: true, files }
}

const refused = (message: string): FilesRead => ({ ok: false, message })
