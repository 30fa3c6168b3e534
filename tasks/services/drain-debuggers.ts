import { setTimeout as delay } from 'node:timers/promises'
import type { Workspace } from '../../config/workspace.ts'
import { liveDebugSessions } from '../../services/store/debug-sessions.ts'
import { openStore } from '../../services/store/store.ts'
import { holdDebuggees } from './hold-debuggees.ts'

export type DrainOptions = {
  readonly workspace: Pick<Workspace, 'storeFile' | 'runnerSocket'>
  /** How long it is waited, in milliseconds. */
  readonly drainMs: number
  readonly signal: AbortSignal
  log(line: string): void
}

/** How often it is looked, and what a runner may take to end after all, in milliseconds. */
const interval = 200
const endsMs = 60_000

/**
 * Waits for what is under a debugger, which a runner takes with it when it ends; commands it leaves running. Says for whom it
 * waits, and who is not waited for any longer. What is launched from now on is left to the successor, until this is disposed of.
 */
export async function drainDebuggers({ workspace, drainMs, signal, log }: DrainOptions): Promise<Disposable> {
  using draining = new DisposableStack()
  draining.use(await holdDebuggees(workspace.runnerSocket, drainMs + endsMs, signal))
  await using store = await openStore(workspace.storeFile)
  const end = performance.now() + drainMs
  let told = ''
  for (;;) {
    const live = (await liveDebugSessions(store)).filter(({ status }) => status === 'running')
    if (live.length === 0) break
    const names = live.map(({ id, session_id, engine }) => `${id} of ${session_id} (${engine})`).join(', ')
    if (performance.now() >= end) {
      log(`ends with the runner: ${names}`)
      break
    }
    if (names !== told)
      log(
        `waiting up to ${drainMs / 1_000} s for what is under a debugger: ${names}; --drain 0 does not wait`,
      )
    told = names
    await delay(interval, undefined, { signal })
  }
  return draining.move()
}
