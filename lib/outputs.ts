import { fstatSync, type Stats, statSync, writeSync } from 'node:fs'
import { errorCode } from './error-code.ts'

/** A pipe that nobody reads at the moment takes as much without a wait, unless somebody else has filled it. */
const atOnceBytes = 32 * 1024

/**
 * An output of this process. `process.stdout` and `process.stderr` load all of Node's streams and sockets, which takes
 * longer than much of a short run; so files, pipes, sockets and most terminals are written to directly, and the stream comes
 * where it is needed: for what else there is, and as soon as a write could make this process wait for who reads a pipe.
 * Writes to terminals wait in either way.
 *
 *     direct → stream
 *
 * A stream keeps what it cannot write yet. So whoever asks Node for it, `console.log` too, makes this go through it as well
 * from then on: everything appears in the order in which it was written.
 */
export class Output {
  readonly #name: 'stdout' | 'stderr'
  readonly #fd: 1 | 2
  readonly #lost = Promise.withResolvers<unknown>()
  #stream: NodeJS.WriteStream | undefined
  #isLost = false
  /** How many bytes may still be written directly. */
  #atOnce: number
  readonly #isTerminal: boolean

  constructor(name: 'stdout' | 'stderr') {
    this.#name = name
    this.#fd = name === 'stdout' ? 1 : 2
    this.#noticeStream()
    const stats = statsOf(this.#fd)
    this.#isTerminal = stats !== undefined && isTerminal(stats)
    this.#atOnce = stats === undefined ? 0 : roomIn(stats)
    if (this.#atOnce === 0) void this.stream
  }

  /** That of the process. Everything goes through it from now on. */
  get stream(): NodeJS.WriteStream {
    this.#stream ??= process[this.#name]
    return this.#stream
  }

  get isTTY(): boolean {
    return this.#isTerminal || this.#stream?.isTTY === true
  }

  /** The width of a terminal. */
  get columns(): number | undefined {
    return this.isTTY ? this.stream.columns : undefined
  }

  /** Resolves, with the error, once something could not be written: mostly, nobody reads any more. */
  get lost(): Promise<unknown> {
    return this.#lost.promise
  }

  /** Never throws. What comes after something that could not be written is dropped. */
  write(text: string): void {
    if (this.#stream !== undefined) {
      this.#stream.write(text)
      return
    }
    if (this.#isLost || text === '') return
    const bytes = Buffer.from(text)
    if (bytes.length > this.#atOnce) {
      this.stream.write(bytes)
      return
    }
    this.#atOnce -= bytes.length
    let begin = 0
    try {
      while (begin < bytes.length) begin += writeSync(this.#fd, bytes, begin)
    } catch (error) {
      // Somebody has made the pipe non-blocking, and it is full.
      if (errorCode(error) === 'EAGAIN') this.stream.write(bytes.subarray(begin))
      else this.#lose(error)
    }
  }

  /** Resolves once all that was written is out, or cannot be. */
  async flushed(): Promise<void> {
    const stream = this.#stream
    if (stream !== undefined) await new Promise<void>(resolve => stream.write('', () => resolve()))
  }

  #lose(error: unknown): void {
    this.#isLost = true
    this.#lost.resolve(error)
  }

  /** Replaces the getter until it is used. Whatever uses it, the error of a write that fails is nobody's surprise. */
  #noticeStream(): void {
    const getter = Object.getOwnPropertyDescriptor(process, this.#name)
    if (getter?.get === undefined) {
      this.#take(process[this.#name])
      return
    }
    Object.defineProperty(process, this.#name, {
      ...getter,
      get: () => {
        Object.defineProperty(process, this.#name, getter)
        return this.#take(process[this.#name])
      },
    })
  }

  #take(stream: NodeJS.WriteStream): NodeJS.WriteStream {
    this.#stream = stream
    return stream.on('error', error => this.#lose(error))
  }
}

const made = new Map<string, Output>()

/** There is one of each, whoever asks. */
export function outputOf(name: 'stdout' | 'stderr'): Output {
  const known = made.get(name)
  if (known !== undefined) return known
  const output = new Output(name)
  made.set(name, output)
  return output
}

/** Whether it is a terminal for all that is known without a stream. */
export function mayBeTerminal(fd: number): boolean {
  const stats = statsOf(fd)
  return stats === undefined || (stats.isCharacterDevice() && !isNull(stats))
}

function statsOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd)
  } catch {
    return undefined
  }
}

/** How many bytes may be written directly; 0 where only the stream knows what it is. */
function roomIn(stats: Stats): number {
  if (stats.isFile() || isTerminal(stats) || isNull(stats)) return Number.POSITIVE_INFINITY
  return stats.isFIFO() || stats.isSocket() ? atOnceBytes : 0
}

/** Linux has these numbers for the terminals of windows and of remote shells; of others the stream knows. */
function isTerminal(stats: Stats): boolean {
  const major = (stats.rdev >> 8) & 0xfff
  return process.platform === 'linux' && stats.isCharacterDevice() && major >= 136 && major <= 143
}

function isNull(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev
}
