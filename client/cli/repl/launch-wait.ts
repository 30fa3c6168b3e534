import type { DebugSession } from '../../../services/contract/debug-resources.ts'
import type { Order } from './order.ts'

/** What can be done while a debuggee is still being launched, such as one whose program is being built. */
const meanwhile: ReadonlySet<Order['kind']> = new Set<Order['kind']>([
  ...(['nothing', 'quit', 'fault', 'help', 'status', 'wait', 'terminate'] as const),
  ...(['delete', 'breakpoints', 'undisplay'] as const),
])

/** Whether a line has to wait for the launch; one that sets a breakpoint need not, where it names the file. */
export const needsLaunch = ({ kind }: Order): boolean => kind !== 'break' && !meanwhile.has(kind)

/** A wait for the end of a launch, which somebody may give up. */
export class LaunchWait {
  #isWaiting = false
  #isGivenUp = false

  /** False where nobody waits. */
  giveUp(): boolean {
    this.#isGivenUp = this.#isWaiting
    return this.#isWaiting
  }

  /** How it stands once it has been launched, or nobody waits for that any more. `ask` waits a moment itself. */
  async over(ask: () => Promise<DebugSession>, until: number): Promise<DebugSession> {
    this.#isWaiting = true
    this.#isGivenUp = false
    try {
      for (;;) {
        const debug = await ask()
        if (debug.status !== 'launching' || this.#isGivenUp || performance.now() >= until) return debug
      }
    } finally {
      this.#isWaiting = false
    }
  }
}
