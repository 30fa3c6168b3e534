import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

export interface Binary {
  /** Where it was found: what it is started by, for one program may be several by its name, as busybox and rustup are. */
  readonly path: string
  /** A text that is another one when the program was replaced. */
  readonly identity: string
}

/** Where a system looks that was told nothing. */
const defaultPath = '/usr/local/bin:/usr/bin:/bin'

/** The program that a command of this name starts: the first on PATH that may be executed, or the path itself. */
export function findBinary(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): Binary | undefined {
  if (isAbsolute(name)) return binaryAt(name)
  for (const directory of (environment.PATH ?? defaultPath).split(delimiter)) {
    const found = binaryAt(join(directory === '' ? '.' : directory, name))
    if (found !== undefined) return found
  }
  return undefined
}

function binaryAt(path: string): Binary | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isFile()) return undefined
  try {
    accessSync(path, constants.X_OK)
    const { size, mtimeMs, ctimeMs, ino } = stat
    return { path, identity: JSON.stringify([path, realpathSync.native(path), size, mtimeMs, ctimeMs, ino]) }
  } catch {
    return undefined
  }
}
