import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCode } from '../../../lib/error-code.ts'
import { randomName } from '../sha256.ts'
import { type CachedFile, parentOf } from './cached-file.ts'
import { discard } from './discard.ts'

/** A verified copy, and the path below the root that it is for. */
export interface Staged {
  readonly temporary: string
  readonly path: string
}

export interface Replacement {
  /** To be removed; a directory only if nothing is left in it. */
  readonly gone: readonly string[]
  readonly directories: readonly CachedFile[]
  /** Is emptied, one by one, as they get to their places. */
  readonly staged: Staged[]
}

/**
 * Puts outputs in their places, each by one rename: killed anywhere, every one is the old or the new. Without a pause,
 * so that in this process nobody sees some of them. That the paths lie below the root has been seen to.
 */
export function replaceOutputs(root: string, { gone, directories, staged }: Replacement): void {
  // Children first.
  for (const path of [...gone].sort().reverse()) removeOutput(join(root, path))
  for (const { path, mode } of byDepth(directories)) makeOutputDirectory(join(root, path), mode)
  const made = new Set(directories.map(file => file.path)).add('')
  for (let next = staged.at(-1); next !== undefined; next = staged.at(-1)) {
    const parent = parentOf(next.path)
    if (!made.has(parent)) mkdirSync(join(root, parent), { recursive: true })
    made.add(parent)
    moveTo(join(root, next.path), next.temporary)
    staged.pop()
  }
  // Only now, for one that its owner may not write to takes no files.
  for (const { path, mode } of directories) if (needsMore(mode)) chmodSync(join(root, path), mode)
}

function removeOutput(path: string): void {
  try {
    if (lstatSync(path).isDirectory()) rmdirSync(path)
    else unlinkSync(path)
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error
  }
}

const byDepth = (files: readonly CachedFile[]): CachedFile[] =>
  [...files].sort((one, other) => one.path.length - other.path.length)

const needsMore = (mode: number): boolean => (mode & 0o700) !== 0o700

/** What is in its place and no directory was an output too, of another kind. */
function makeOutputDirectory(path: string, mode: number): void {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats !== undefined && !stats.isDirectory()) unlinkSync(path)
  if (stats?.isDirectory() !== true) mkdirSync(path, { recursive: true })
  // Also of one just made, for the umask has taken from it.
  const wanted = mode | 0o700
  if ((lstatSync(path).mode & 0o777) !== wanted) chmodSync(path, wanted)
}

function moveTo(path: string, temporary: string): void {
  try {
    renameSync(temporary, path)
  } catch (error) {
    switch (errorCode(error)) {
      case 'EISDIR':
      case 'ENOTEMPTY':
      case 'EEXIST':
        // An output that was a directory: it goes if nothing is left in it.
        rmdirSync(path)
        renameSync(temporary, path)
        break
      case 'EXDEV':
        moveAcross(path, temporary)
        break
      default:
        throw error
    }
  }
}

const besides = '.task-restored-'

/** To another file system: copied to a name beside the place, with those removed that a killed process has left there. */
function moveAcross(path: string, temporary: string): void {
  const directory = dirname(path)
  const stats = lstatSync(temporary)
  for (const name of readdirSync(directory))
    if (name.startsWith(besides) && isOlder(join(directory, name), stats.mtimeMs))
      discard(join(directory, name))
  const beside = join(directory, `${besides}${randomName()}`)
  try {
    if (stats.isSymbolicLink()) symlinkSync(readlinkSync(temporary, { encoding: 'buffer' }), beside)
    else copyFileSync(temporary, beside)
    renameSync(beside, path)
  } catch (error) {
    discard(beside)
    throw error
  }
  discard(temporary)
}

/** By an hour than what was made now: nobody is at work on it any more. */
function isOlder(path: string, nowMs: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && nowMs - stats.mtimeMs > 3_600_000
}
