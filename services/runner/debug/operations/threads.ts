import type { Thread } from '../../../contract/debug-resources.ts'
import { threadsBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { paged } from './paged.ts'

export const threadsOf = async (live: LiveDebugSession): Promise<readonly Thread[]> =>
  (await live.adapter.ask('threads', {}, threadsBodySchema)).threads

export async function threads(live: LiveDebugSession, { start, limit }: { start: number; limit: number }) {
  await live.whenLaunched()
  const { items, ...page } = paged(await threadsOf(live), start, limit)
  return { threads: items, ...page }
}

/** The thread that a client means: the one that stopped, unless it names another. */
export async function chosenThread(live: LiveDebugSession, named: number | undefined, stopped: number) {
  if (named === undefined || named === stopped) return stopped
  // Some adapters say yes to a thread that there is not, and do nothing.
  if ((await threadsOf(live)).some(({ id }) => id === named)) return named
  throw new Refusal('debugger_refused', `there is no thread ${named}; debug.threads lists them`)
}
