import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeDirectory } from './make-directory.ts'

/**
 * Writes a file whole or not at all: a reader sees the old content or the new, also when the writer is killed. The
 * content is on disk before the name is.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  {
    mode = 0o600,
    expectDirectory = false,
  }: {
    mode?: number
    /** Its directory has to be there: where somebody removes that meanwhile, it is not made anew. */
    expectDirectory?: boolean
  } = {},
): Promise<void> {
  const directory = dirname(path)
  if (!expectDirectory) makeDirectory(directory)
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
