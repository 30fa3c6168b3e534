import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'
import { askSecret } from './ask-secret.ts'
import { usageError } from './cli-error.ts'
import type { Io } from './io.ts'
import { readText } from './read-text.ts'

/**
 * Secrets that flags name, which never stand on the command line themselves: the first line of a file; for `-` the next
 * line of standard input, or, where that is a terminal, what is typed there without being shown.
 */
export class SecretReader {
  readonly #io: Io
  #lines: Promise<string[]> | undefined

  constructor(io: Io) {
    this.#io = io
  }

  async read(flag: string, file: string): Promise<string> {
    const secret = file === '-' ? await this.#next(spoken(flag)) : await this.#firstLineOf(flag, file)
    if (secret === undefined || secret === '') throw usageError(`${flag}: there is no line for it`)
    return secret
  }

  /** One that is chosen now: who types it types it twice, for nobody sees what was typed. */
  async readNew(flag: string, file: string): Promise<string> {
    if (file !== '-' || this.#io.stdin.isTTY !== true) return await this.read(flag, file)
    const secret = await askSecret(this.#io, `new ${spoken(flag)}`)
    if (secret === '') throw usageError(`${flag}: nothing was typed`)
    if ((await askSecret(this.#io, 'the same once more')) === secret) return secret
    throw usageError(`${flag}: it was typed in two ways`, 'nothing was changed; try again')
  }

  /** What is no file may be the secret itself, typed in its place: it is not repeated. */
  async #firstLineOf(flag: string, file: string): Promise<string | undefined> {
    if (!existsSync(resolve(this.#io.directory, file)))
      throw usageError(
        `${flag}: there is no such file`,
        'it names a file with the secret on its first line, never the secret itself: leave it out to be asked, or to pipe it in',
      )
    return firstLine(await readText(this.#io, flag, file))
  }

  async #next(what: string): Promise<string | undefined> {
    const { stdin, signal } = this.#io
    if (stdin.isTTY === true) return await askSecret(this.#io, what)
    this.#lines ??= text(addAbortSignal(signal, stdin)).then(all => all.split(/\r?\n/))
    return (await this.#lines).shift()
  }
}

const spoken = (flag: string): string => flag.replace(/^--/, '').replaceAll('-', ' ')

const firstLine = (content: string): string | undefined => content.split(/\r?\n/, 1)[0]
