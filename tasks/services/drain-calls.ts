import { leaveSocket, type Workspace } from '../../config/workspace.ts'
import type { StartedService } from './service.ts'
import { waitForCount } from './wait-for-count.ts'

export type DrainCallsOptions = {
  readonly workspace: Pick<Workspace, 'runnerSocket'>
  /** How long it is waited, in milliseconds. */
  readonly drainMs: number
  readonly signal: AbortSignal
  /** How long one that leaves may say nothing, in milliseconds: it says something each second, but where it is stopped or hangs. */
  readonly silenceMs?: number
  log(line: string): void
}

/**
 * Has an API or a proxy leave that has a successor, and waits for the requests that it still has to answer: where they were cut,
 * nobody would know whether they were done. Says for how many it waits, and how many are not waited for any longer. Who does not
 * answer is not waited for.
 */
export async function drainCalls(
  { instance, service }: Pick<StartedService, 'instance' | 'service'>,
  { workspace, drainMs, signal, silenceMs = 10_000, log }: DrainCallsOptions,
): Promise<void> {
  if (drainMs === 0) return
  const { left, isSilent } = await waitForCount({
    ...{ path: leaveSocket(workspace, instance), ask: 'leave\n', deadlineMs: drainMs, silenceMs, signal },
    waiting: count =>
      log(
        `waiting up to ${drainMs / 1_000} s for ${requestsText(count)} under way at the ${service} before; --drain 0 does not wait`,
      ),
  })
  if (isSilent) log(`the ${service} before has not answered for ${silenceMs / 1_000} s; it is not waited for`)
  if (left > 0) log(`ends with the ${service}: ${requestsText(left)}`)
}

const requestsText = (count: number): string => `${count} ${count === 1 ? 'request' : 'requests'}`
