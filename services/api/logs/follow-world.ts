import type { Context } from '../context.ts'
import type { Refusal } from '../outcome.ts'
import { Pulse } from '../pulse.ts'

/** The longest pause between two looks at a log file, and between two looks at the store, in milliseconds. */
const filePoll = 400
const storePoll = 800

/** Why a follower stops before what it follows has ended. */
export type Interruption = 'gone' | 'server_stopping' | Refusal

export type FollowDependencies = Pick<Context, 'store' | 'files' | 'changes' | 'stopping' | 'log'> & {
  /** Aborts when the reader has gone away. */
  readonly gone: AbortSignal
  /** The most that is read at a time, in bytes. */
  readonly chunkSize: number
  /** Asked now and then: the refusal once the reader's token opens this no more. */
  readonly recheck: () => Promise<Refusal | undefined>
}

/** What one follower waits on: hints of changed rows, changes of files, the reader's going, the server's stop. */
export class FollowWorld implements Disposable {
  readonly #deps: FollowDependencies
  readonly #pulse = new Pulse()
  readonly #resources = new DisposableStack()
  #rowsMayHaveChanged = false
  #looked = performance.now()

  constructor(deps: FollowDependencies, session: string) {
    this.#deps = deps
    this.#resources.use(this.#pulse.beatOn(deps.gone))
    this.#resources.use(this.#pulse.beatOn(deps.stopping))
    this.#resources.use(
      deps.changes.watch(change => {
        if (change.session !== undefined && change.session !== session) return
        this.#rowsMayHaveChanged = true
        this.#pulse.beat()
      }),
    )
  }

  get deps(): FollowDependencies {
    return this.#deps
  }

  /** Called when a file has changed. */
  readonly fileChanged = (): void => this.#pulse.beat()

  readonly interrupted = (): boolean => this.#deps.gone.aborted || this.#deps.stopping.aborted

  /** Waits for anything to happen. Tells whether the rows should be looked at, or why to stop. */
  async wait(): Promise<{ rowsDue: boolean } | { interruption: Interruption }> {
    await this.#pulse.wait(filePoll)
    if (this.#deps.gone.aborted) return { interruption: 'gone' }
    if (this.#deps.stopping.aborted) return { interruption: 'server_stopping' }
    const rowsDue = this.#rowsMayHaveChanged || performance.now() - this.#looked >= storePoll
    if (!rowsDue) return { rowsDue }
    this.#rowsMayHaveChanged = false
    this.#looked = performance.now()
    const refusal = await this.#deps.recheck()
    return refusal === undefined ? { rowsDue } : { interruption: refusal }
  }

  /** The interruption that made `interrupted` true. */
  interruption(): Interruption {
    return this.#deps.gone.aborted ? 'gone' : 'server_stopping'
  }

  [Symbol.dispose](): void {
    this.#resources.dispose()
  }
}
