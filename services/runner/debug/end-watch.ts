import type { ProcessIdentity } from '../../../lib/processes/identity.ts'
import { processEnd } from './process-end.ts'

/** In milliseconds. */
export type Patience = {
  /** From one look to the next. */
  readonly lookMs: number
  /** How long a debugger may take to tell of a process that has ended, before it has taken notice, and after. */
  readonly deadMs: number
  readonly goneMs: number
}

const usual: Patience = { lookMs: 500, deadMs: 3_000, goneMs: 10_000 }
/** How often the process is looked for. */
const mostSearches = 10

export type Watched = {
  /** Tells the process; undefined: it is too early to look for it. */
  readonly find: () => Promise<ProcessIdentity | undefined> | undefined
  /** Whether a command of the debugger's own has put another process in the place of the one that was found. */
  readonly isReplaced?: () => boolean
  /** It has ended: told once; without a code where nobody has seen it. */
  readonly ended: (code: number | undefined) => void
}

/**
 * Looks now and then whether the process of a debuggee is there. One that is killed while it stands still its debugger may not
 * hear of until it looks at it, and Delve not always then. Disposed of as soon as the debugger has told of the end.
 */
export class EndWatch implements Disposable {
  readonly #watched: Watched
  readonly #patience: Patience
  readonly #timer: NodeJS.Timeout
  #process: ProcessIdentity | undefined
  #searches = 0
  #isSearching = false
  /** What it was seen to end with. */
  #code: number | undefined
  /** For how long it has been seen to be so. */
  #endedMs = 0

  /** Linux alone tells enough of a process. */
  constructor(watched: Watched, patience = usual) {
    this.#watched = watched
    this.#patience = patience
    this.#timer = setInterval(() => this.#look(), patience.lookMs).unref()
    if (process.platform !== 'linux') this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    if (this.#process === undefined) return void this.#search()
    if (this.#watched.isReplaced?.() === true) return void this[Symbol.dispose]()
    const end = processEnd(this.#process)
    if (end.kind === 'alive') {
      this.#endedMs = 0
      this.#code = undefined
      return
    }
    const { lookMs, deadMs, goneMs } = this.#patience
    if (end.kind === 'dead') this.#code = end.code
    if (this.#endedMs >= (end.kind === 'dead' ? deadMs : goneMs)) {
      this[Symbol.dispose]()
      this.#watched.ended(this.#code)
    }
    this.#endedMs += lookMs
  }

  async #search(): Promise<void> {
    if (this.#isSearching || this.#searches >= mostSearches) return
    const found = this.#watched.find()
    if (found === undefined) return
    this.#isSearching = true
    this.#searches += 1
    this.#process = await found.catch(() => undefined)
    this.#isSearching = false
  }
}
