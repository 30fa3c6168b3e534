import { createHash, type Hash } from 'node:crypto'
import { constants, rmSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type HeldLock, tryToLock } from '../../lib/lock.ts'
import { makeDirectory } from '../../lib/make-directory.ts'

/**
 * A file on its way: what has come of it stands beside its place as NAME.ID.part, where another try finds it and goes on
 * behind it, one at a time. At its place it is there whole or not at all. `id` tells whose content it is.
 */
export class PartFile implements AsyncDisposable {
  readonly #path: string
  readonly #part: string
  readonly #file: FileHandle
  readonly #lock: HeldLock
  #hash: Hash = createHash('sha256')
  #bytes = 0

  private constructor(path: string, part: string, file: FileHandle, lock: HeldLock) {
    this.#path = path
    this.#part = part
    this.#file = file
    this.#lock = lock
  }

  /** With what an earlier try has left of it, if no more than `most` bytes; undefined where another one is at it now. */
  static async open(path: string, id: string, most: number): Promise<PartFile | undefined> {
    makeDirectory(dirname(path))
    const part = `${path}.${id}.part`
    const lock = lockBeside(part)
    if (lock === undefined) return undefined
    // What somebody has laid there as a link leads to a file that nobody meant.
    const file = await open(
      part,
      constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
      0o666,
    ).catch(error => {
      lock[Symbol.dispose]()
      throw error
    })
    try {
      const made = new PartFile(path, part, file, lock)
      if ((await file.stat()).size > most) await made.restart()
      else await made.#readAll()
      return made
    } catch (error) {
      await file.close()
      lock[Symbol.dispose]()
      throw error
    }
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Of what is there, in hexadecimal digits. */
  sha256(): string {
    return this.#hash.copy().digest('hex')
  }

  async #readAll(): Promise<void> {
    for await (const chunk of this.#file.createReadStream({ start: 0, autoClose: false })) this.#count(chunk)
  }

  #count(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.#bytes += chunk.length
  }

  /** Empties it: what is there belongs to something else. */
  async restart(): Promise<void> {
    await this.#file.truncate(0)
    this.#hash = createHash('sha256')
    this.#bytes = 0
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#file.writeFile(chunk)
    this.#count(chunk)
  }

  /** Puts it at its place, in place of what is there. */
  async keep(): Promise<void> {
    await this.#file.sync()
    await rename(this.#part, this.#path)
  }

  async discard(): Promise<void> {
    await rm(this.#part, { force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
    if (this.#bytes === 0) await this.discard()
    this.#lock[Symbol.dispose]()
  }
}

/** Leaves no file behind. Who finds it gone meanwhile tries anew: see lib/lock.ts. */
function lockBeside(part: string): HeldLock | undefined {
  const path = `${part}.lock`
  const lock = tryToLock(path)
  if (lock === undefined) return undefined
  return {
    [Symbol.dispose]() {
      rmSync(path, { force: true })
      lock[Symbol.dispose]()
    },
  }
}
