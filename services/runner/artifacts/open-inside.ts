import { constants } from 'node:fs'
import { type FileHandle, open, readlink, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { LeftOutReason } from '../../contract/artifact-resources.ts'
import { leadsOut } from '../leads-out.ts'

export type OpenedFile = { ok: true; file: FileHandle } | { ok: false; reason: LeftOutReason }

/**
 * Opens a regular file of a worktree for reading, all links resolved. `top` is the worktree's own path, resolved.
 *
 * Programs that still run there may put a link in the place of any directory at any moment. So the path is resolved and
 * judged, opened without following a link at its end, and where what was opened really lies is judged once more.
 */
export async function openInside(top: string, path: string): Promise<OpenedFile> {
  let file: FileHandle
  try {
    const resolved = await realpath(join(top, path))
    if (!liesInside(top, resolved)) return { ok: false, reason: 'outside_worktree' }
    // Not opened at all: with a device that alone may do something.
    if (!(await stat(resolved)).isFile()) return { ok: false, reason: 'not_a_file' }
    file = await open(resolved, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    // Nobody is told what is not there outside of the worktree.
    return { ok: false, reason: (await leadsOut(top, path)) ? 'outside_worktree' : 'unreadable' }
  }
  const reason = await faultOf(top, file)
  if (reason === undefined) return { ok: true, file }
  await file.close()
  return { ok: false, reason }
}

async function faultOf(top: string, file: FileHandle): Promise<LeftOutReason | undefined> {
  if (!(await file.stat()).isFile()) return 'not_a_file'
  const place = await placeOf(file)
  return place === undefined || liesInside(top, place) ? undefined : 'outside_worktree'
}

/** Undefined where the system does not tell. */
async function placeOf({ fd }: FileHandle): Promise<string | undefined> {
  try {
    return await readlink(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}

const liesInside = (top: string, path: string): boolean =>
  path.startsWith(top + sep) && !path.slice(top.length).split(sep).includes('.git')
