import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findExecutable } from '../../commands/find-executable.ts'
import type { Place } from '../place.ts'

/** Where Debian and Ubuntu keep each version's programs. */
const libraries = '/usr/lib'

export const lldbMissing =
  'there is no lldb-dap here, neither on the PATH nor below /usr/lib/llvm-*/bin; apt-get install lldb-19, or any later version'

/** The path of lldb-dap: the one on PATH, else the newest that the system has. */
export async function findLldb({
  environment: { PATH = '' },
  directory,
  enclosure,
}: Pick<Place, 'environment' | 'directory' | 'enclosure'>): Promise<string | undefined> {
  for (const name of ['lldb-dap', ...(await installed())]) {
    const found = await findExecutable(name, PATH, directory, enclosure.shows)
    if (found.found) return found.path
  }
  return undefined
}

/** The newest first. */
async function installed(): Promise<string[]> {
  const names = await readdir(libraries).catch(() => [])
  const versions = names.map(name => Number(/^llvm-(\d+)$/.exec(name)?.[1])).filter(version => version >= 18)
  return versions
    .toSorted((one, other) => other - one)
    .map(version => join(libraries, `llvm-${version}/bin/lldb-dap`))
}

/** lldb-dap tells no version; lldb, which lies beside it, does. */
export const besideIt = (lldb: string): string => join(dirname(lldb), 'lldb')
