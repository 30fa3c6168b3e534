import type { Thread } from '../../../contract/debug-resources.ts'
import { threadsBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { paged } from './paged.ts'

export const threadsOf = async (live: LiveDebugSession): Promise<readonly Thread[]> =>
  (await live.adapter.ask('threads', {}, threadsBodySchema)).threads

export async function threads(live: LiveDebugSession, { start, limit }: { start: number; limit: number }) {
  await live.whenLaunched()
  const { items, ...page } = paged(await threadsOf(live), start, limit)
  return { threads: items, ...page }
}
