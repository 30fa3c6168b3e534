import { outputOf } from '../../lib/outputs.ts'
import type { Termination } from '../../lib/processes/termination.ts'
import { maskError } from '../engine/secrets/mask-values.ts'
import type { Masker } from '../engine/secrets/masker.ts'
import { reasonLines } from '../reporters/failure.ts'

/**
 * What tasks throw outside of their promises. It is a failure of the run, but the processes of the tasks have to be ended all
 * the same, so the run is asked to end. Keeps this process going as well: a task may wait for nothing but its signal, which
 * alone does not.
 */
export class Strays implements Disposable {
  readonly #termination: Termination
  readonly #masker: Masker
  readonly #alive = setInterval(() => {}, 2 ** 30)
  #first: { readonly error: unknown } | undefined

  constructor(termination: Termination, masker: Masker) {
    this.#termination = termination
    this.#masker = masker
    process.on('uncaughtException', this.#stray)
    process.on('unhandledRejection', this.#stray)
    // What reads our output has gone away.
    void outputOf('stdout').lost.then(() => termination.request('SIGPIPE'))
  }

  /** Writes what was thrown, without secrets, if anything was, and returns whether. */
  tell(): boolean {
    if (this.#first === undefined) return false
    const lines = reasonLines(maskError(this.#masker, this.#first.error))
    outputOf('stderr').write(`\nthrown outside of any task:\n${lines.join('\n')}\n`)
    return true
  }

  [Symbol.dispose](): void {
    clearInterval(this.#alive)
    process.off('uncaughtException', this.#stray)
    process.off('unhandledRejection', this.#stray)
  }

  readonly #stray = (error: unknown): void => {
    this.#first ??= { error }
    this.#termination.request(error)
  }
}
