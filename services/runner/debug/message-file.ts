import { closeSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeDirectory } from '../../../lib/make-directory.ts'
import type { Said } from '../../contract/debugger-message.ts'

/** Of all messages of a debug session together, in bytes. */
const mostBytes = 4 * 1_024 * 1_024

/**
 * Keeps what a debugger says, so that it can be read as long as its debuggee's log. Written at once: who hears of a stop
 * finds what was said before it. When there is too much, that is said last.
 */
export class MessageFile implements Disposable {
  readonly #path: string
  #descriptor: number | undefined
  #left = mostBytes
  #over = false

  constructor(path: string) {
    this.#path = path
  }

  add(message: Said): void {
    if (this.#over) return
    const line = lineOf(message)
    if (line.length <= this.#left) {
      this.#write(line)
      return
    }
    const text = `the debugger has said more than ${mostBytes} bytes: the rest is not kept`
    this.#write(lineOf({ ...message, category: 'important', text, truncated: false, file: null, line: null }))
    this.#over = true
  }

  [Symbol.dispose](): void {
    this.#over = true
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  /** A debugger may say something before its debuggee is launched, which makes that directory as well. */
  #open(): number {
    makeDirectory(dirname(this.#path))
    return openSync(this.#path, 'a', 0o600)
  }

  #write(line: Buffer): void {
    try {
      this.#descriptor ??= this.#open()
      for (let done = 0; done < line.length; ) done += writeSync(this.#descriptor, line, done)
      this.#left -= line.length
    } catch {
      // A disk that is full must not end a debug session: what follows is lost, and a half line is passed over.
      this[Symbol.dispose]()
    }
  }
}

const lineOf = (message: Said): Buffer => Buffer.from(`${JSON.stringify(message)}\n`)
