import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { z } from 'zod'

const startedSchema = z.object({ type: z.literal('task-started'), name: z.string() })

/** Read in one go: what was told since may be much. */
const pieceBytes = 64 * 1024

/** In the place of the file a run may have put a pipe, which would keep the harness waiting for ever. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK

/** The phase that was begun last, by what the engine tells as it goes. Each time only what came since is read. */
export class CurrentPhase {
  readonly #file: string
  #offset = 0
  #rest = Buffer.alloc(0)
  #name: string | undefined

  constructor(file: string) {
    this.#file = file
  }

  name(): string | undefined {
    let descriptor: number
    try {
      descriptor = openSync(this.#file, flags)
    } catch {
      return this.#name // nothing was told yet
    }
    try {
      for (let left = fstatSync(descriptor).size - this.#offset; left > 0; ) {
        const piece = Buffer.alloc(Math.min(left, pieceBytes))
        const read = readSync(descriptor, piece, 0, piece.length, this.#offset)
        if (read === 0) break
        this.#offset += read
        left -= read
        this.#take(piece.subarray(0, read))
      }
    } finally {
      closeSync(descriptor)
    }
    return this.#name
  }

  #take(piece: Buffer): void {
    const bytes = Buffer.concat([this.#rest, piece])
    const whole = bytes.lastIndexOf('\n') + 1
    this.#rest = bytes.subarray(whole)
    for (const line of bytes.subarray(0, whole).toString().split('\n'))
      if (line.includes('"task-started"')) this.#name = nameIn(line) ?? this.#name
  }
}

function nameIn(line: string): string | undefined {
  try {
    return startedSchema.safeParse(JSON.parse(line)).data?.name
  } catch {
    return undefined
  }
}
