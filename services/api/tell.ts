import type { Change } from './changes.ts'
import type { Context } from './context.ts'

/** After a change of ours: the runner has work, and whoever waits for what has changed should look. */
export function tell({ changes, runner }: Pick<Context, 'changes' | 'runner'>, change: Change): void {
  runner.wake()
  changes.announce(change)
}
