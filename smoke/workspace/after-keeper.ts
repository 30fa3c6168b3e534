import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '../../lib/monotonic.ts'
import { isAlive } from '../../lib/processes/identity.ts'
import { UserError } from '../../lib/user-error.ts'
import { readMarker } from './marker.ts'
import type { Places } from './places.ts'

const pauseMs = 50

export type Waiting = {
  readonly signal: AbortSignal
  /** Told once, where there is something to wait for. */
  readonly log: (line: string) => void
  readonly limitMs?: number
}

/**
 * Waits until the keeper of a run whose harness was killed has ended its processes and left, or removed, the workspace: what is
 * there until then is about to change. Not for a run that is at work, nor where both were killed.
 */
export async function afterKeeper(places: Places, { signal, log, limitMs = 60_000 }: Waiting): Promise<void> {
  const limit = monotonicMs() + limitMs
  for (let told = false; ; told = true) {
    const run = runOfKeeper(places)
    if (run === undefined) return
    if (monotonicMs() > limit)
      throw new UserError(
        `what is left of run ${run}, which was killed, is still being cleared away in ${places.workspace}`,
        {
          fix: `wait until that is done, name another --workspace, or remove it: npx task smoke --cleanup-only --workspace ${places.workspace}`,
        },
      )
    if (!told) log(`waiting until what is left of run ${run}, which was killed, is cleared away`)
    await delay(pauseMs, undefined, { signal })
  }
}

/** The same for all of these at once. A keeper that does not come to an end, as one that was stopped, is told and keeps nobody from cleaning up. */
export async function afterKeepers(all: readonly Places[], waiting: Waiting): Promise<void> {
  const work = all.map(places =>
    afterKeeper(places, waiting).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error
      waiting.log(error.message)
    }),
  )
  await Promise.all(work)
}

/** Which run a keeper is ending just now. */
function runOfKeeper(places: Places): string | undefined {
  const { run, harness, keeper } = readMarker(places) ?? {}
  if (harness === undefined || keeper === undefined) return undefined
  return !isAlive(harness) && isAlive(keeper) ? run : undefined
}
