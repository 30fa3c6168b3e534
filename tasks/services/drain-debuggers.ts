import { setTimeout as delay } from 'node:timers/promises'
import type { Workspace } from '../../config/workspace.ts'
import { liveDebugSessions } from '../../services/store/debug-sessions.ts'
import { openStore } from '../../services/store/store.ts'

export type DrainOptions = {
  readonly workspace: Pick<Workspace, 'storeFile'>
  /** How long it is waited, in milliseconds. */
  readonly drainMs: number
  readonly signal: AbortSignal
  log(line: string): void
}

/** How often it is looked, in milliseconds. */
const interval = 200

/**
 * Waits for what is under a debugger, which a runner takes with it when it ends; commands it leaves running. Says for whom it
 * waits, and who is not waited for any longer.
 */
export async function drainDebuggers({ workspace, drainMs, signal, log }: DrainOptions): Promise<void> {
  await using store = await openStore(workspace.storeFile)
  const end = performance.now() + drainMs
  let told = ''
  for (;;) {
    const live = await liveDebugSessions(store)
    if (live.length === 0) return
    const names = live.map(({ id, session_id, engine }) => `${id} of ${session_id} (${engine})`).join(', ')
    if (performance.now() >= end) return log(`ends with the runner: ${names}`)
    if (names !== told)
      log(
        `waiting up to ${drainMs / 1_000} s for what is under a debugger: ${names}; --drain 0 does not wait`,
      )
    told = names
    await delay(interval, undefined, { signal })
  }
}
