import type { FileHandle } from 'node:fs/promises'
import { openPlainFile } from '../../../lib/plain-file.ts'
import { CompressedFile, DamagedFileError } from '../../../lib/seekable-zstd/compressed-file.ts'
import { DamagedLogError } from './damaged-log.ts'

export type LogPlaces = {
  /** Where a log is written. */
  readonly plain: string
  /** Where it is once it is compressed; then it is nowhere else. */
  readonly compressed: string
  /** What people call it. */
  readonly name: string
}

/**
 * A log file that may not be there yet, which is the same as empty. It is opened once and read at any position, whether
 * it is compressed or not. Throws a DamagedLogError rather than tell other bytes than were written.
 */
export class LogFile implements AsyncDisposable {
  readonly #places: LogPlaces
  #content: Content | undefined

  constructor(places: LogPlaces) {
    this.#places = places
  }

  /** Its present length in bytes. */
  async size(): Promise<number> {
    return this.#named(async () => {
      this.#content ??= await openContent(this.#places)
      return (await this.#content?.size()) ?? 0
    })
  }

  /** Up to `length` bytes from `position` on; fewer at the end. Where they fit `into` that may be what they stand in. */
  read(position: number, length: number, into?: Buffer): Promise<Buffer> {
    return this.#named(async () => (await this.#content?.read(position, length, into)) ?? Buffer.alloc(0))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#content?.[Symbol.asyncDispose]()
  }

  async #named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof DamagedFileError) throw new DamagedLogError(this.#places.name, { cause: error })
      throw error
    }
  }
}

type Content = AsyncDisposable & {
  size(): Promise<number>
  read(position: number, length: number, into?: Buffer): Promise<Buffer>
}

/** In this order: the plain file goes when the other one is whole. */
async function openContent({ plain, compressed }: LogPlaces): Promise<Content | undefined> {
  const file = await openPlainFile(plain)
  if (file !== undefined) return plainContent(file)
  const other = await CompressedFile.open(compressed)
  if (other === undefined) return undefined
  return {
    size: async () => other.size,
    read: (position, length) => other.read(position, length),
    [Symbol.asyncDispose]: () => other[Symbol.asyncDispose](),
  }
}

const plainContent = (file: FileHandle): Content => ({
  size: async () => (await file.stat()).size,
  read: async (position, length, into) => {
    const room = into !== undefined && into.length >= length ? into : Buffer.allocUnsafe(length)
    const { buffer, bytesRead } = await file.read(room, 0, length, position)
    return buffer.subarray(0, bytesRead)
  },
  [Symbol.asyncDispose]: () => file.close(),
})
