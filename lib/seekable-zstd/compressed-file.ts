import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { openPlainFile } from '../plain-file.ts'
import { type Frame, footerBytes, parseSeekTable, tableBytes } from './seek-table.ts'

const decompressFrame = promisify(zstdDecompress)

/** A compressed file does not hold what was written: it is cut, or bytes of it are others. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError'

  constructor(path: string, what: string, options?: ErrorOptions) {
    super(`${path} is damaged: ${what}`, options)
  }
}

type Place = { readonly start: number; readonly compressed: number; readonly plain: number }

/**
 * A file that `compressed` has written, read at any position of what it holds. One frame is held at a time, that which was
 * read last. Never tells other bytes than were written: it throws a DamagedFileError instead.
 */
export class CompressedFile implements AsyncDisposable {
  /** Bytes of what it holds. */
  readonly size: number
  readonly #path: string
  readonly #file: FileHandle
  readonly #frames: readonly Place[]
  readonly #frameSize: number
  #held: { readonly index: number; readonly bytes: Promise<Buffer> } | undefined

  private constructor(path: string, file: FileHandle, frames: readonly Place[]) {
    this.#path = path
    this.#file = file
    this.#frames = frames
    this.#frameSize = frames[0]?.plain ?? 0
    this.size = frames.reduce((sum, { plain }) => sum + plain, 0)
  }

  /** Undefined where there is no such file. */
  static async open(path: string): Promise<CompressedFile | undefined> {
    const file = await openPlainFile(path)
    if (file === undefined) return undefined
    try {
      return new CompressedFile(path, file, await readFrames(path, file))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Up to `length` bytes from `position` on; fewer at the end. */
  async read(position: number, length: number): Promise<Buffer> {
    const end = Math.min(position + length, this.size)
    const parts: Buffer[] = []
    for (let at = position; at < end; ) {
      const index = Math.floor(at / this.#frameSize)
      const first = index * this.#frameSize
      const bytes = await this.#frame(index)
      parts.push(bytes.subarray(at - first, end - first))
      at = first + bytes.length
    }
    // Always bytes of the caller's own: a frame is held on, and may be read again.
    return Buffer.concat(parts)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }

  #frame(index: number): Promise<Buffer> {
    if (this.#held?.index !== index) this.#held = { index, bytes: this.#decompress(index) }
    return this.#held.bytes
  }

  async #decompress(index: number): Promise<Buffer> {
    const place = this.#frames[index]
    if (place === undefined) throw new RangeError(`there is no frame ${index}`)
    const { start, compressed, plain } = place
    const frame = await readAt(this.#file, start, compressed)
    let bytes: Buffer
    try {
      bytes = await decompressFrame(frame, { maxOutputLength: Math.max(1, plain) })
    } catch (error) {
      throw new DamagedFileError(this.#path, `what stands at byte ${start} cannot be read`, { cause: error })
    }
    if (bytes.length !== plain)
      throw new DamagedFileError(this.#path, `what stands at byte ${start} is too short`)
    return bytes
  }
}

async function readFrames(path: string, file: FileHandle): Promise<Place[]> {
  const { size } = await file.stat()
  const length = tableBytes(await readAt(file, Math.max(0, size - footerBytes), footerBytes))
  if (length === undefined || length > size) throw new DamagedFileError(path, 'its end is missing')
  const frames = parseSeekTable(await readAt(file, size - length, length))
  if (frames === undefined) throw new DamagedFileError(path, 'its table of frames is none')
  let start = 0
  const places = frames.map(frame => {
    const place = { ...frame, start }
    start += frame.compressed
    return place
  })
  if (start !== size - length || !fitTogether(frames))
    throw new DamagedFileError(path, 'its table of frames does not fit')
  return places
}

/** The largest frame that is read, in plain bytes: a table that is damaged must not have us take any amount of memory. */
const mostFrameBytes = 64 * 1024 ** 2

/** Whether frames are alike but for the last, and none larger than compression can make it. */
function fitTogether(frames: readonly Frame[]): boolean {
  const size = frames[0]?.plain ?? 0
  const last = frames.length - 1
  return frames.every(
    ({ plain, compressed }, index) =>
      (index === last ? plain <= size : plain === size) &&
      plain > 0 &&
      plain <= mostFrameBytes &&
      compressed <= plain + plain / 256 + 128,
  )
}

/** Fewer bytes where the file ends before: whoever needs them all finds out. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
