import { ReadStream } from 'node:tty'
import { type IPty, spawn } from '@lydell/node-pty'
import type { Size } from './protocol.ts'

export type Exit = { readonly code: number; readonly signal: number }

export type Started = {
  readonly words: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly size: Size
  readonly wrote: (bytes: Buffer) => void
  readonly exited: (exit: Exit) => void
}

/** A program in a terminal of its own, by node-pty. */
export class Pseudoterminal {
  readonly #pty: IPty
  readonly #stream: ReadStream | undefined
  readonly #number: number | undefined
  #exited = false

  /** Throws where there can be no terminal. A program that cannot be executed exits. */
  constructor({ words: [program = '', ...words], directory, environment, size, wrote, exited }: Started) {
    this.#pty = spawn(program, words, {
      name: environment.TERM ?? 'xterm-256color',
      cols: size.columns,
      rows: size.rows,
      cwd: directory,
      env: environment,
      encoding: null,
    })
    // Its `write` blocks this process for as long as the program reads nothing; see 0104.
    const stream: unknown = Reflect.get(this.#pty, '_socket')
    const number: unknown = Reflect.get(this.#pty, 'fd')
    this.#stream = stream instanceof ReadStream ? stream : undefined
    this.#number = typeof number === 'number' ? number : undefined
    this.#pty.onData(bytes => wrote(Buffer.from(bytes)))
    this.#pty.onExit(({ exitCode, signal = 0 }) => {
      this.#exited = true
      exited({ code: exitCode, signal })
    })
  }

  get pid(): number {
    return this.#pty.pid
  }

  /** Where it is written to; undefined as soon as it is closed. */
  get descriptor(): number | undefined {
    return this.#stream?.destroyed === false && !this.#exited ? this.#number : undefined
  }

  resize({ columns, rows }: Size): void {
    if (this.descriptor !== undefined) this.#pty.resize(columns, rows)
  }

  pause(): void {
    this.#pty.pause()
  }

  resume(): void {
    this.#pty.resume()
  }

  /** As a terminal that goes away does. */
  hangUp(): void {
    if (!this.#exited) this.#pty.kill('SIGHUP')
  }
}
