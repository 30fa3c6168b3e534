import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from '../../../../lib/processes/identity.ts'
import type { EndCause } from '../../commands/command-outcome.ts'
import type { AdapterLink, LinkFailure } from '../adapter-link.ts'
import { anyBodySchema } from '../dap-messages.ts'
import type { LiveDependencies } from '../live-dependencies.ts'

/** How long a debugger may take to let go of a process. */
const letGoMs = 3_000
/** How long a process may take to notice all that it was told. */
const settledMs = 5_000

/** What is other in a debug session that is attached to a process of another command; of all others it says what is usual. */
export class Attachment {
  readonly #attached: LiveDependencies['plan']['attached']
  readonly #process: LiveDependencies['place']['process']
  #hasExited = false

  constructor({ plan, place }: Pick<LiveDependencies, 'plan' | 'place'>) {
    this.#attached = plan.attached
    this.#process = place.process
  }

  /** Whether it is to be paused once it runs, to stand still at first. */
  get pauses(): boolean {
    return this.#attached?.pauses === true
  }

  /**
   * To be called before the adapter is told to let it run; then what is returned waits until every thread of the process comes
   * to breakpoints, where the adapter says so.
   */
  settled(adapter: AdapterLink): () => Promise<unknown> {
    const name = this.#attached?.settled
    if (name === undefined) return async () => undefined
    const told = adapter.next(name)
    return () => Promise.race([told, delay(settledMs, undefined, { ref: false })])
  }

  /** A client wants it ended; a process is only let go of. */
  get terminated(): EndCause {
    return { reason: this.#attached === undefined ? 'ended_by_debugger' : 'detached' }
  }

  /** Its adapter is of no use any more. One that was in the sandbox of the process has gone with that. */
  failed(failure: LinkFailure): EndCause {
    const { hostPid: pid = 0, startTime = '' } = this.#process ?? {}
    const hasGone = this.#process !== undefined && !isAlive({ pid, startTime })
    return hasGone ? { reason: 'process_gone' } : failure
  }

  /** The adapter's `exited`: its command leaves with the same code. */
  exited(): void {
    this.#hasExited = true
  }

  /** The adapter's `terminated`. Why its command is to be ended, where it does not end with that. */
  over(): EndCause | undefined {
    return this.#attached === undefined || this.#hasExited ? undefined : { reason: 'process_gone' }
  }

  /** Never rejects. */
  async letGo(adapter: AdapterLink): Promise<void> {
    if (this.#attached !== undefined && adapter.usable)
      await adapter.client.request('disconnect', { terminateDebuggee: false }, anyBodySchema, letGoMs)
  }
}
