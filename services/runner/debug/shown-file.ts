import { constants } from 'node:fs'
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises'

/**
 * Opens a file as who asks may see it. `path` is without symbolic links; undefined where it is no plain file, is larger, or
 * was moved meanwhile.
 */
export async function openShownFile(path: string, largest: number): Promise<FileHandle | undefined> {
  // A pipe would keep us waiting for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const found = (await isAt(file, path)) ? await file.stat() : undefined
  if (found?.isFile() && found.size <= largest) return file
  await file.close()
  return undefined
}

/**
 * The text of a file; undefined where it cannot be read, or is larger. `shows`: whether who asks may see a file, by its path
 * without symbolic links: a debugger tells whatever name a debuggee has made up.
 */
export async function readShownFile(
  named: string,
  shows: (path: string) => boolean,
  largest: number,
): Promise<string | undefined> {
  try {
    const path = await realpath(named)
    if (!shows(path)) return undefined
    await using file = await openShownFile(path, largest)
    return await file?.readFile('utf8')
  } catch {
    return undefined
  }
}

/** Whether what was opened lies there still, and no link was put into its way meanwhile. */
async function isAt(file: FileHandle, path: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/self/fd/${file.fd}`)) === path
  } catch {
    return (await realpath(path)) === path // a system without /proc
  }
}
