import type { Credential } from '../../store/credentials.ts'
import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import type { Refusal } from '../outcome.ts'
import { Pulse } from '../pulse.ts'

/** Why a follower stops before what it follows has ended. */
export type Interruption = 'gone' | 'server_stopping' | Refusal

export type FollowDependencies = Pick<Context, 'store' | 'live' | 'stopping' | 'log'> & {
  /** Aborts when the reader has gone away. */
  readonly gone: AbortSignal
  readonly caller: Caller
  /** The refusal once what the caller came with, as it is now, opens this no more. */
  readonly judge: (credential: Credential | undefined) => Refusal | undefined
}

/** What one reader waits on: news of what it follows, the end of what it came with, its going, the server's stop. */
export class FollowWorld<Deps extends FollowDependencies> implements Disposable {
  readonly deps: Deps
  readonly #pulse = new Pulse()
  readonly #resources = new DisposableStack()
  #refusal: Refusal | undefined

  constructor(deps: Deps) {
    this.deps = deps
    deps.live.readers++
    this.#resources.defer(() => deps.live.readers--)
    this.#resources.use(this.#pulse.beatOn(deps.gone))
    this.#resources.use(this.#pulse.beatOn(deps.stopping))
    this.#resources.use(
      deps.live.credentials.watch(deps.caller.credential.id, credential => {
        this.#refusal ??= deps.judge(credential)
        if (this.#refusal !== undefined) this.#pulse.beat()
      }),
    )
  }

  /** Called when there is something new to be looked at. */
  readonly news = (): void => this.#pulse.beat()

  interruption(): Interruption | undefined {
    if (this.deps.gone.aborted) return 'gone'
    if (this.deps.stopping.aborted) return 'server_stopping'
    return this.#refusal
  }

  readonly interrupted = (): boolean => this.interruption() !== undefined

  /** Waits for news, or for the interruption. Whoever brings news looks by himself now and then: see SharedLook. */
  async wait(): Promise<Interruption | undefined> {
    if (!this.interrupted()) await this.#pulse.next()
    return this.interruption()
  }

  [Symbol.dispose](): void {
    this.#resources.dispose()
  }
}
