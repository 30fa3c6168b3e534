import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const block = Buffer.alloc(4_096)

/** A file that no directory names: it is gone with the last process that has it open. */
export class UnnamedFile implements Disposable {
  readonly descriptor: number

  /** `directory`: on whose file system it is; made where it is missing. Nothing that is done here waits for anybody. */
  constructor(directory: string) {
    const path = join(directory, `unnamed-${randomBytes(8).toString('hex')}`)
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.descriptor = openSync(path, 'wx+', 0o600)
    rmSync(path, { force: true })
  }

  /** Writes at its beginning, from where whoever gets the descriptor reads: that is not moved. */
  write(text: string): void {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) at += writeSync(this.descriptor, bytes, at, bytes.length - at, at)
  }

  /** All that it holds. */
  read(): Buffer {
    const bytes = Buffer.alloc(fstatSync(this.descriptor).size)
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(this.descriptor, bytes, at, bytes.length - at, at)
      if (count === 0) return bytes.subarray(0, at)
      at += count
    }
    return bytes
  }

  /** Whether there is room on its disk, found out by a block behind what it holds: to be asked when that has been read. */
  hasRoom(): boolean {
    try {
      return (
        writeSync(this.descriptor, block, 0, block.length, fstatSync(this.descriptor).size) === block.length
      )
    } catch {
      return false
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.descriptor)
  }
}
