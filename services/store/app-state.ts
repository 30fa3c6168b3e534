import type { AppStatus } from '../contract/app-resources.ts'
import { commandHasEnded } from '../contract/command-state.ts'
import type { CommandRow } from './schema.ts'

type Seen = Pick<CommandRow, 'status' | 'app_ready_at' | 'ended_at'>

/** How an app is, from what was it last. One that ended by itself is not told from one that was never started. */
export function appStatusOf(last: Seen | undefined): AppStatus {
  if (last === undefined) return 'stopped'
  if (!commandHasEnded(last.status)) return last.app_ready_at === null ? 'starting' : 'ready'
  return last.status === 'cancelled' || last.status === 'succeeded' ? 'stopped' : 'failed'
}

/** How long one that has failed is shown as such before who comes by starts it anew, in milliseconds. */
const restMs = 10_000

/** Whether who comes by may start it anew. */
export const appMayStart = (last: Seen, now: number): boolean =>
  appStatusOf(last) === 'stopped' ||
  (appStatusOf(last) === 'failed' && now - Date.parse(last.ended_at ?? '') >= restMs)
