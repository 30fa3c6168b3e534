import { appsSocket, type Workspace } from '../../config/workspace.ts'
import type { StartedService } from './service.ts'
import { waitForCount } from './wait-for-count.ts'

export type DrainAppsOptions = {
  readonly workspace: Pick<Workspace, 'runnerSocket'>
  /** How long it is waited, in milliseconds. */
  readonly drainMs: number
  readonly signal: AbortSignal
  log(line: string): void
}

/** A proxy that says nothing for so long, in milliseconds, is not waited for. */
const silenceMs = 5_000

/**
 * Waits until no app of a session is about to answer anybody through the proxy: the way there leads through the runner, which ends.
 * WebSockets and what is followed are not waited for. Says for how many answers it waits, and how many are not waited for any longer.
 */
export async function drainApps(
  proxy: Pick<StartedService, 'instance'> | undefined,
  { workspace, drainMs, signal, log }: DrainAppsOptions,
): Promise<void> {
  if (proxy === undefined || drainMs === 0) return
  const { left } = await waitForCount({
    ...{ path: appsSocket(workspace, proxy.instance), deadlineMs: drainMs, silenceMs, signal },
    waiting: count =>
      log(`waiting up to ${drainMs / 1_000} s for ${answersText(count)} of apps; --drain 0 does not wait`),
  })
  if (left > 0) log(`breaks off with the runner: ${answersText(left)} of apps`)
}

const answersText = (count: number): string => `${count} ${count === 1 ? 'answer' : 'answers'}`
