import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { usageError } from './cli-error.ts'
import { abridged } from './render/abridged.ts'

/**
 * The address to register: an existing local directory by its absolute path, anything else as it was given. What can
 * only be meant as a path, and is none, is refused here: the server would see another file system.
 */
export async function localPath(address: string, directory: string): Promise<string> {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(address)) return address
  const path = resolve(directory, address)
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() === true) return await realpath(path)
  if (found !== undefined) throw usageError(`url "${abridged(address)}": it is no directory`)
  if (/^(?:\/|\.\.?(?:\/|$)|~)/.test(address))
    throw usageError(`url "${abridged(address)}": there is no such directory`)
  return address
}
