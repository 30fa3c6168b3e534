import { randomBytes } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { errorCode } from '../../../../lib/error-code.ts'
import { type Names, shown } from '../../../../lib/tree/names.ts'
import { readNames } from '../../../../lib/tree/read-names.ts'
import { at, openFileAt, type Tree } from '../../../../lib/tree/tree.ts'
import { TreeError } from '../../../../lib/tree/tree-error.ts'

/** The largest file that is changed, in bytes. */
const largest = 16_777_216
/** How long nothing has been written to what a change left behind before it is removed, in milliseconds. */
const leftMs = 60_000
const prefix = '.debug-server-write-'
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

type Present = { readonly stats: BigIntStats; readonly content: Buffer }

/**
 * Changes files whole or not at all, one after the other. A new content is collected under a name of its own at the top of
 * the tree; it takes the place of the old one only while that is what it was made of.
 */
export class FileChanges {
  readonly #tree: Tree
  #turn: Promise<unknown> = Promise.resolve()

  constructor(tree: Tree) {
    this.#tree = tree
  }

  /**
   * `change`: of the old content, undefined where there is none, the new one. Whatever it throws changes nothing. `make`: whether
   * directories that are missing above it are made.
   */
  change(
    names: Names,
    change: (before: Buffer | undefined) => Buffer,
    { make }: { readonly make: boolean },
  ): Promise<{ readonly created: boolean; readonly bytes: number }> {
    const done = this.#turn.then(() => this.#change(names, change, make))
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #change(names: Names, change: (before: Buffer | undefined) => Buffer, make: boolean) {
    await using place = await this.#tree.resolve(names, { followLast: true, make: make && 'above' })
    const { directory, name } = place
    if (name === undefined) throw new TreeError('NOT_A_FILE', `${shown(names) || '.'} is a directory`)
    const before = await present(directory, name, names)
    const content = change(before?.content)
    if (content.length > largest) throw tooLarge(names)
    const temporary = at(this.#tree.top, Buffer.from(`${prefix}${randomBytes(9).toString('hex')}`))
    const file = await open(temporary, flags, 0o666)
    try {
      await file.writeFile(content)
      if (before !== undefined) await file.chmod(Number(before.stats.mode) & 0o777)
      await file.sync()
      const now = await statsOf(directory, name)
      if (!isSame(before?.stats, now))
        throw new TreeError('CONFLICT', `${shown(names)} was changed meanwhile; nothing was written`)
      await rename(temporary, at(directory, name))
    } finally {
      await file.close()
      await rm(temporary, { force: true })
    }
    return { created: before === undefined, bytes: content.length }
  }

  /** Removes what a predecessor that was killed has left. */
  async removeLeft(): Promise<void> {
    for await (const { name } of readNames(this.#tree.top)) {
      if (!name.toString().startsWith(prefix)) continue
      const path = at(this.#tree.top, name)
      const stats = await lstat(path).catch(() => undefined)
      if (stats?.isFile() && Date.now() - stats.mtimeMs > leftMs) await rm(path, { force: true })
    }
  }
}

async function present(directory: FileHandle, name: Buffer, names: Names): Promise<Present | undefined> {
  const found = await statsOf(directory, name)
  if (found === undefined) return undefined
  if (!found.isFile())
    throw new TreeError('CONFLICT', `${shown(names)} is no regular file, and is not replaced by one`)
  if ((found.mode & 0o222n) === 0n) throw new TreeError('FORBIDDEN', `${shown(names)} is read-only`)
  if (found.size > largest) throw tooLarge(names)
  await using file = await openFileAt(directory, name)
  const stats = await file.stat({ bigint: true })
  const { buffer, bytesRead } = await file.read(Buffer.alloc(Number(stats.size)), 0, Number(stats.size), 0)
  return { stats, content: buffer.subarray(0, bytesRead) }
}

async function statsOf(directory: FileHandle, name: Buffer): Promise<BigIntStats | undefined> {
  return await lstat(at(directory, name), { bigint: true }).catch(error => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
}

const isSame = (one: BigIntStats | undefined, other: BigIntStats | undefined): boolean =>
  one?.ino === other?.ino && one?.mtimeNs === other?.mtimeNs && one?.size === other?.size

const tooLarge = (names: Names): TreeError =>
  new TreeError('NO_ROOM', `${shown(names)}: a file of more than ${largest} bytes is not changed here`)
