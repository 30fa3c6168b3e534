import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * The two files of a record: lines are appended to the later one, and when that is full it becomes the earlier one, whose
 * lines are dropped then. So what happened last is kept, and at least half of what there may be.
 */
export class RecordFile implements AsyncDisposable {
  readonly #paths: { readonly earlier: string; readonly later: string }
  readonly #most: number
  #file: FileHandle | undefined
  #size = 0

  /** `most`: how long the two may be together, in bytes. */
  constructor(paths: { readonly earlier: string; readonly later: string }, most: number) {
    this.#paths = paths
    this.#most = most
  }

  /** How long a line may be for the two files to stay within their bound, in bytes. */
  get longestLine(): number {
    return this.#most / 4
  }

  /** `head`: the first line of each file. */
  async append(lines: readonly string[], head: () => string): Promise<void> {
    let together = ''
    let bytes = 0
    for (const line of lines) {
      const length = Buffer.byteLength(line)
      if (this.#file === undefined || this.#size + bytes + length > this.#most / 2) {
        if (together !== '') await this.#write(together)
        together = ''
        bytes = 0
        await this.#begin(head())
      }
      together += line
      bytes += length
    }
    if (together !== '') await this.#write(together)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  /** A later file; what was the later one is the earlier one then. */
  async #begin(head: string): Promise<void> {
    const { earlier, later } = this.#paths
    if (this.#file !== undefined) {
      await this.#file.close()
      this.#file = undefined
      await rename(later, earlier)
    }
    await mkdir(dirname(later), { recursive: true, mode: 0o700 })
    this.#file = await open(later, 'w', 0o600)
    this.#size = 0
    await this.#write(head)
  }

  async #write(text: string): Promise<void> {
    await this.#file?.appendFile(text)
    this.#size += Buffer.byteLength(text)
  }
}
