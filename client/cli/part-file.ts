import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeDirectory } from '../../lib/make-directory.ts'

/**
 * A file on its way: what has come of it stands beside its place as NAME.ID.part, where another try finds it and goes on
 * behind it. At its place it is there whole or not at all. `id` tells whose content it is.
 */
export class PartFile implements AsyncDisposable {
  readonly #path: string
  readonly #part: string
  readonly #file: FileHandle
  #hash: Hash = createHash('sha256')
  #bytes = 0

  private constructor(path: string, part: string, file: FileHandle) {
    this.#path = path
    this.#part = part
    this.#file = file
  }

  /** With what an earlier try has left of it, if no more than `most` bytes. */
  static async open(path: string, id: string, most: number): Promise<PartFile> {
    makeDirectory(dirname(path))
    const part = `${path}.${id}.part`
    const file = await open(part, 'a+', 0o666)
    try {
      const made = new PartFile(path, part, file)
      if ((await file.stat()).size > most) await made.restart()
      else await made.#readAll()
      return made
    } catch (error) {
      await file.close()
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
  }
}
