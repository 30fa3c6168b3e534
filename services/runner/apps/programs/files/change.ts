import { type FileHandle, link, lstat, mkdir, rename, rmdir, unlink } from 'node:fs/promises'
import { errorCode } from '../../../../../lib/error-code.ts'
import { type Names, shown } from '../../../../../lib/tree/names.ts'
import { readNames } from '../../../../../lib/tree/read-names.ts'
import { at, missing, openDirectoryAt, type Tree } from '../../../../../lib/tree/tree.ts'
import { Refused } from '../serving/refused.ts'

/** Directories in one another, each of which is open while what is in it is removed. */
const deepest = 256

/** True where it was made, false where it was there. */
export async function makeDirectories(worktree: Tree, names: Names): Promise<boolean> {
  if (names.length === 0) return false
  await using place = await worktree.resolve(names, { followLast: false, make: true })
  const { directory, name } = place
  if (name === undefined) return false
  try {
    await mkdir(at(directory, name))
    return true
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    // A link to a directory is one, too.
    await using _ = await worktree.directory(names)
    return false
  }
}

/** Moves a file, a directory or a link to where nothing is. */
export async function move(worktree: Tree, from: Names, to: Names): Promise<void> {
  if (from.length === 0 || to.length === 0)
    throw new Refused('FORBIDDEN', 'the worktree itself stays where it is')
  await using source = await worktree.resolve(from, { followLast: false })
  await using target = await worktree.resolve(to, { followLast: false })
  if (source.name === undefined || target.name === undefined)
    throw new Refused('INVALID_PATH', 'this path names nothing in a directory')
  const [here, there] = [at(source.directory, source.name), at(target.directory, target.name)]
  const stats = await lstat(here).catch(error => {
    throw errorCode(error) === 'ENOENT' ? missing(from) : error
  })
  const taken = (error: unknown) => {
    throw errorCode(error) === 'EEXIST' ? new Refused('CONFLICT', `${shown(to)} is there already`) : error
  }
  // Neither overwrites anything: an empty directory of our own is what the moved one takes the place of.
  if (stats.isDirectory()) {
    await mkdir(there, { mode: 0o700 }).catch(taken)
    await rename(here, there).catch(async error => {
      await rmdir(there).catch(() => undefined)
      throw error
    })
  } else {
    await link(here, there).catch(taken)
    await unlink(here)
  }
}

/** Removes a file, a link, or a directory with all that is in it. Links are not gone along. */
export async function remove(worktree: Tree, names: Names): Promise<void> {
  if (names.length === 0) throw new Refused('FORBIDDEN', 'the worktree itself is not removed')
  await using place = await worktree.resolve(names, { followLast: false })
  if (place.name === undefined) throw new Refused('INVALID_PATH', 'this path names nothing in a directory')
  await removeAt(place.directory, place.name, deepest).catch(error => {
    throw errorCode(error) === 'ENOENT' ? missing(names) : error
  })
}

async function removeAt(directory: FileHandle, name: Buffer, levels: number): Promise<void> {
  if (!(await lstat(at(directory, name))).isDirectory()) return unlink(at(directory, name))
  if (levels === 0) throw new Refused('INVALID_PATH', 'there are too many directories in one another')
  {
    await using opened = await openDirectoryAt(directory, name)
    for await (const { name: one } of readNames(opened)) {
      await removeAt(opened, one, levels - 1).catch(error => {
        // Somebody else was quicker.
        if (errorCode(error) !== 'ENOENT') throw error
      })
    }
  }
  await rmdir(at(directory, name))
}
