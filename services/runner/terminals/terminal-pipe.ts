import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '../../../lib/error-code.ts'

/** The pause before a pipe that is not there, or is full, is tried again, in milliseconds. */
const pauseMs = 20

/** The pipe to the holder of a terminal. It holds 64 KiB, and nothing waits for room but whoever types. */
export class TerminalPipe implements Disposable {
  readonly #descriptor: number

  private constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** Undefined where nobody reads there until then, as `performance` tells time. A command may have put anything there. */
  static async open(path: string, until: number): Promise<TerminalPipe | undefined> {
    for (; ; await delay(pauseMs)) {
      const descriptor = tryToOpen(path)
      if (descriptor !== undefined) return new TerminalPipe(descriptor)
      if (performance.now() > until) return undefined
    }
  }

  /** Writes a whole message. False where there is no room until then, or nobody reads there any more. */
  async write(message: string, until: number): Promise<boolean> {
    for (; ; await delay(pauseMs)) {
      try {
        writeSync(this.#descriptor, message)
        return true
      } catch (error) {
        if (errorCode(error) === 'EPIPE') return false
        if (errorCode(error) !== 'EAGAIN') throw error
      }
      if (performance.now() > until) return false
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }
}

/** Not made yet; nobody has it open for reading; a link. */
const absent = new Set(['ENOENT', 'ENXIO', 'ELOOP'])

function tryToOpen(path: string): number | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch (error) {
    if (absent.has(errorCode(error) ?? '')) return undefined
    throw error
  }
  if (fstatSync(descriptor).isFIFO()) return descriptor
  closeSync(descriptor)
  return undefined
}
