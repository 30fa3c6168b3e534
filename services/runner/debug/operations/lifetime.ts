import type { DebugSession } from '../../../contract/debug-resources.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'

/** Where it stands; with a wait, once it or a process below it stands still, or it has ended. */
export async function status(live: LiveDebugSession, { wait }: { wait: number }): Promise<DebugSession> {
  const now = live.view()
  if (now.children.some(child => child.status === 'stopped')) return now
  return live.nextStop(-1, wait * 1_000)
}

export async function terminate(live: LiveDebugSession, { wait }: { wait: number }): Promise<DebugSession> {
  live.terminate()
  await live.state.until(({ kind }) => kind === 'ended', wait * 1_000)
  return live.view()
}
