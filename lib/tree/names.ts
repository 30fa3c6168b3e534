import { TreeError } from './tree-error.ts'

/** The names of directories, and of a file, from the top of a tree on: bytes, for names are in no encoding. */
export type Names = readonly Buffer[]

/** As long as a path of the system may be (PATH_MAX). */
const longestPath = 4_096
/** A name that no directory has room for (NAME_MAX). */
const longestName = 255

/** The parts of a path. What leads upwards is refused, also where it would lead back. */
export function namesIn(path: Buffer): Names {
  if (path.length > longestPath) throw new TreeError('INVALID_PATH', 'the path is too long')
  if (path.includes(0)) throw new TreeError('INVALID_PATH', 'a path has no NUL in it')
  const names = split(path)
  if (names.some(isUpwards)) throw new TreeError('PATH_TRAVERSAL', 'a path may not lead upwards (..)')
  if (names.some(name => name.length > longestName))
    throw new TreeError('INVALID_PATH', 'a name in it is too long')
  return names
}

/** Without those that lead nowhere: empty ones, and `.`. */
export function split(path: Buffer): Buffer[] {
  const names: Buffer[] = []
  for (let at = 0; at <= path.length; ) {
    const slash = path.indexOf(0x2f, at)
    const end = slash === -1 ? path.length : slash
    const name = path.subarray(at, end)
    if (name.length > 0 && !(name.length === 1 && name[0] === 0x2e)) names.push(name)
    at = end + 1
  }
  return names
}

export const isUpwards = (name: Buffer): boolean => name.length === 2 && name[0] === 0x2e && name[1] === 0x2e

/** For people: what is no UTF-8 becomes a sign that says so. */
export const shown = (names: Names): string => names.map(name => name.toString()).join('/')

export const isUtf8Name = (name: Buffer): boolean => Buffer.from(name.toString()).equals(name)
