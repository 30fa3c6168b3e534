import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readlink } from 'node:fs/promises'
import { errorCode } from '../error-code.ts'
import { isUpwards, type Names, shown, split } from './names.ts'
import { TreeError } from './tree-error.ts'

/** As many links as Linux follows: path_resolution(7). */
const mostLinks = 40
/** Directories on the way, each of which is open until the end. */
const mostSteps = 256

const directoryFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
/** Neither a pipe nor a terminal may hold us up, or become ours. */
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY

/** An entry of a directory that is open: whatever becomes of the path to it, this is where it is. */
export const at = (directory: FileHandle, name: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`/proc/self/fd/${directory.fd}/`), name])

export const openDirectoryAt = (directory: FileHandle, name: Buffer): Promise<FileHandle> =>
  open(at(directory, name), directoryFlags)

type IsClosed = (name: Buffer) => boolean

/** A place in the tree. `name`: of what is, or is to be, in `directory`; undefined for the directory itself. */
export type Place = AsyncDisposable & { readonly directory: FileHandle; readonly name: Buffer | undefined }

export type Resolving = {
  /** Whether a link at the end is followed: to its place then. */
  readonly followLast: boolean
  /** Whether directories that are missing are made: all that the path names, or those above what it names. */
  readonly make?: boolean | 'above'
}

/**
 * A tree of directories and files, and nothing outside of it. A path is gone along one open directory after the other; links are read
 * and gone along likewise, and `..` in one goes back to the directory that it was come from. So nobody who exchanges directories
 * and links meanwhile can lead out of it.
 */
export class Tree implements AsyncDisposable {
  readonly path: string
  readonly top: FileHandle
  readonly #names: readonly Buffer[]
  readonly #isClosed: IsClosed

  private constructor(path: string, top: FileHandle, isClosed: IsClosed) {
    this.path = path
    this.top = top
    this.#names = split(Buffer.from(path))
    this.#isClosed = isClosed
  }

  /** `path`: without symbolic links. `isClosed`: what of these names is never gone to, however a path leads there. */
  static async open(path: string, isClosed: IsClosed = () => false): Promise<Tree> {
    return new Tree(path, await open(path, directoryFlags), isClosed)
  }

  async resolve(names: Names, { followLast, make = false }: Resolving): Promise<Place> {
    await using opened = new AsyncDisposableStack()
    const way: FileHandle[] = []
    const here = () => way.at(-1) ?? this.top
    const left = [...names]
    let links = 0
    let steps = 0
    let name: Buffer | undefined
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      if (++steps > mostSteps)
        throw new TreeError('INVALID_PATH', 'the path leads through too many directories')
      if (isUpwards(next)) {
        if (way.pop() === undefined) throw leadsOut(names)
        continue
      }
      if (this.#isClosed(next))
        throw new TreeError('FORBIDDEN', `${shown(names)} leads to ${shown([next])}, which is closed`)
      const target = followLast || left.length > 0 ? await linkAt(here(), next) : undefined
      if (target !== undefined) {
        if (++links > mostLinks)
          throw new TreeError('INVALID_PATH', `${shown(names)} leads through too many links`)
        if (target[0] === 0x2f) way.length = 0
        left.unshift(...this.#inside(target, names))
        continue
      }
      const isLast = left.length === 0
      const isMade = make === 'above' ? !isLast : make
      const entered = isLast && !followLast ? undefined : await enter(here(), next, isLast, isMade, names)
      if (entered === undefined) name = next
      else way.push(opened.use(entered))
    }
    const life = opened.move()
    return { directory: here(), name, [Symbol.asyncDispose]: () => life.disposeAsync() }
  }

  /** The directory at a path, links followed. */
  async directory(names: Names, { make = false } = {}): Promise<AsyncDisposable & { handle: FileHandle }> {
    const place = await this.resolve(names, { followLast: true, make })
    if (place.name === undefined)
      return { handle: place.directory, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() }
    const { directory, name } = place
    const found = await lstat(at(directory, name)).catch(() => undefined)
    await place[Symbol.asyncDispose]()
    throw found === undefined
      ? missing(names)
      : new TreeError('NOT_A_DIRECTORY', `${shown(names)} is no directory`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.top.close()
  }

  /** The names of a link's target from where its names begin to count. */
  #inside(target: Buffer, names: Names): Buffer[] {
    const parts = split(target)
    if (target[0] !== 0x2f) return parts
    if (this.#names.some((one, index) => parts[index]?.equals(one) !== true)) throw leadsOut(names)
    return parts.slice(this.#names.length)
  }
}

/** A regular file of a directory, open for reading. What is none is not opened: a device may do something then. */
export async function openFileAt(directory: FileHandle, name: Buffer): Promise<FileHandle> {
  if (!(await lstat(at(directory, name))).isFile()) throw notAFile(name)
  const file = await open(at(directory, name), fileFlags).catch(error => {
    throw errorCode(error) === 'ELOOP' || errorCode(error) === 'ENXIO' ? notAFile(name) : error
  })
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw notAFile(name)
}

/** Where a link leads; undefined for what is none, or is not there. */
async function linkAt(directory: FileHandle, name: Buffer): Promise<Buffer | undefined> {
  try {
    return await readlink(at(directory, name), { encoding: 'buffer' })
  } catch (error) {
    if (errorCode(error) === 'EINVAL' || errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The directory of this name; undefined where it is none, and may be something else. */
async function enter(
  directory: FileHandle,
  name: Buffer,
  isLast: boolean,
  make: boolean,
  names: Names,
): Promise<FileHandle | undefined> {
  try {
    return await openDirectoryAt(directory, name)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' && make) {
      await makeDirectoryAt(directory, name)
      return openDirectoryAt(directory, name)
    }
    if (isLast && (code === 'ENOTDIR' || code === 'ENOENT')) return undefined
    if (code === 'ENOTDIR' || code === 'ELOOP')
      throw new TreeError('NOT_A_DIRECTORY', `a part of ${shown(names)} is no directory`)
    if (code === 'ENOENT') throw missing(names)
    throw error
  }
}

/** False where there is one already. */
export async function makeDirectoryAt(directory: FileHandle, name: Buffer): Promise<boolean> {
  try {
    await mkdir(at(directory, name))
    return true
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    return false
  }
}

export const missing = (names: Names): TreeError => new TreeError('NOT_FOUND', `there is no ${shown(names)}`)

const leadsOut = (names: Names): TreeError =>
  new TreeError('PATH_TRAVERSAL', `${shown(names)} leads out of the tree`)

const notAFile = (name: Buffer): TreeError =>
  new TreeError('NOT_A_FILE', `${name.toString()} is no regular file`)

/** What the system says, in words of ours; anything else stays what it is. */
export function treeErrorOf(error: unknown): unknown {
  switch (errorCode(error)) {
    case 'ENOENT':
      return new TreeError('NOT_FOUND', 'it is not there any more')
    case 'ENOTDIR':
    case 'ELOOP':
      return new TreeError('NOT_A_DIRECTORY', 'a part of the path is no directory')
    case 'EISDIR':
      return new TreeError('NOT_A_FILE', 'it is a directory')
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new TreeError('CONFLICT', 'something is there already')
    case 'EXDEV':
      return new TreeError('CONFLICT', 'it lies on another file system')
    case 'EINVAL':
    case 'ENAMETOOLONG':
      return new TreeError('INVALID_PATH', 'this cannot be there')
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TreeError('FORBIDDEN', 'permission denied')
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new TreeError('NO_ROOM', 'there is no room for it')
    case 'EMFILE':
    case 'ENFILE':
      return new TreeError('BUSY', 'too many files are open')
    default:
      return error
  }
}
