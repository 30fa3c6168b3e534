import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, lstat, open, opendir, rename, rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { errorCode } from '../../../../../lib/error-code.ts'
import { type Names, shown } from '../../../../../lib/tree/names.ts'
import { at, type Tree } from '../../../../../lib/tree/tree.ts'
import { Refused } from '../serving/refused.ts'
import { etagOf, namesTag } from './content.ts'
import { uploadPrefix } from './entries.ts'

/** How long nothing has been written to what an upload left behind, before it is removed. An upload that stalls is cut sooner. */
const leftMs = 300_000

const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

export type Uploading = {
  readonly headers: IncomingHttpHeaders
  /** The most bytes. */
  readonly most: number
  /** Whether directories that are missing on the way are made. */
  readonly make: boolean
}

export type Uploaded = { readonly created: boolean; readonly etag: string }

/**
 * Writes files whole or not at all: what comes is collected under a name of its own at the top of the worktree, and gets its
 * place when it is there to its end. Which of two that expect the same content comes first is decided one after the other.
 */
export class Uploads {
  readonly #worktree: Tree
  #turn: Promise<unknown> = Promise.resolve()

  constructor(worktree: Tree) {
    this.#worktree = worktree
  }

  async write(names: Names, content: AsyncIterable<Buffer>, options: Uploading): Promise<Uploaded> {
    if (names.length === 0) throw new Refused('NOT_A_FILE', 'the worktree itself is no file')
    if (Number(options.headers['content-length'] ?? 0) > options.most) throw tooLarge(options.most)
    await using place = await this.#worktree.resolve(names, { followLast: false, make: options.make })
    const { directory, name } = place
    if (name === undefined) throw new Refused('NOT_A_FILE', `${shown(names)} is a directory`)
    // Whatever is wrong already is not worth an upload.
    const before = await standing(directory, name, names, options.headers)
    const temporary = Buffer.from(`${uploadPrefix}${randomBytes(9).toString('hex')}`)
    const file = await open(at(this.#worktree.top, temporary), flags, 0o666)
    try {
      await collect(file, content, options.most)
      if (before !== undefined) await file.chmod(before.mode)
      await file.sync()
      return await this.#inTurn(async () => {
        const found = await standing(directory, name, names, options.headers)
        await put(
          at(this.#worktree.top, temporary),
          at(directory, name),
          options.headers['if-none-match'] === '*',
        )
        return { created: found === undefined, etag: etagOf(await file.stat({ bigint: true })) }
      })
    } finally {
      await file.close()
      await rm(at(this.#worktree.top, temporary), { force: true })
    }
  }

  /** Removes what a predecessor that was killed has left. */
  async removeLeft(): Promise<void> {
    for await (const { name } of await opendir(this.#worktree.path)) {
      if (!name.startsWith(uploadPrefix)) continue
      const path = at(this.#worktree.top, Buffer.from(name))
      const stats = await lstat(path).catch(() => undefined)
      if (stats?.isFile() && Date.now() - stats.mtimeMs > leftMs) await rm(path, { force: true })
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

/** What is there, judged by what the request expects. */
async function standing(directory: FileHandle, name: Buffer, names: Names, headers: IncomingHttpHeaders) {
  const stats = await lstat(at(directory, name), { bigint: true }).catch(error => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (stats?.isDirectory()) throw new Refused('NOT_A_FILE', `${shown(names)} is a directory`)
  if (stats?.isFile() === false)
    throw new Refused('CONFLICT', `${shown(names)} is no regular file, and is not replaced by one`)
  const etag = stats === undefined ? undefined : etagOf(stats)
  const expected = headers['if-match']
  const unexpected = headers['if-none-match']
  if (expected !== undefined && !namesTag(expected, etag))
    throw new Refused('PRECONDITION_FAILED', `${shown(names)} is not as it was expected to be`)
  if (unexpected !== undefined && namesTag(unexpected, etag))
    throw new Refused('PRECONDITION_FAILED', `${shown(names)} is there already`)
  return stats === undefined ? undefined : { mode: Number(stats.mode) & 0o777 }
}

async function put(from: Buffer, to: Buffer, onlyWhereNothingIs: boolean): Promise<void> {
  if (!onlyWhereNothingIs) return rename(from, to)
  await link(from, to).catch(error => {
    throw errorCode(error) === 'EEXIST'
      ? new Refused('PRECONDITION_FAILED', 'something is there already')
      : error
  })
  await rm(from)
}

async function collect(file: FileHandle, content: AsyncIterable<Buffer>, most: number): Promise<void> {
  let bytes = 0
  for await (const chunk of content) {
    bytes += chunk.length
    if (bytes > most) throw tooLarge(most)
    for (let written = 0; written < chunk.length; )
      written += (await file.write(chunk, written, chunk.length - written)).bytesWritten
  }
}

export const tooLarge = (most: number): Refused =>
  new Refused('FILE_TOO_LARGE', `a file may have ${most} bytes at the most`)
