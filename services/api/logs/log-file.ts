import type { FileHandle } from 'node:fs/promises'
import { openPlainFile } from '../../../lib/plain-file.ts'

/** A log file that may not be there yet, which is the same as empty. It is opened once and read at any position. */
export class LogFile implements AsyncDisposable {
  readonly #path: string
  #file: FileHandle | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Its present length in bytes. */
  async size(): Promise<number> {
    this.#file ??= await openPlainFile(this.#path)
    return this.#file === undefined ? 0 : (await this.#file.stat()).size
  }

  /** Up to `length` bytes from `position` on; fewer at the end. */
  async read(position: number, length: number): Promise<Buffer> {
    if (this.#file === undefined) return Buffer.alloc(0)
    const { buffer, bytesRead } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close()
  }
}
