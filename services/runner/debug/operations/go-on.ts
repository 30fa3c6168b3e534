import type { DebugSession } from '../../../contract/debug-resources.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { chosenThread } from './threads.ts'

export type GoOn = { thread?: number | undefined; wait: number }

/** Sends the debuggee on, and waits until it has stopped again or ended. */
export const goOn =
  (command: 'continue' | 'next' | 'stepIn' | 'stepOut') =>
  async (live: LiveDebugSession, { thread, wait }: GoOn): Promise<DebugSession> => {
    const { stop } = await live.stopped()
    // Whichever thread is stepped, all go on.
    live.unanswered.refuse()
    const from = await live.sendOn(command, await chosenThread(live, thread, stop.thread))
    return live.nextStop(from, wait * 1_000)
  }

/** Stops the debuggee wherever it is: later, where it does not come to hear of it during the wait. */
export async function pause(live: LiveDebugSession, { wait }: { wait: number }): Promise<DebugSession> {
  await live.whenLaunched()
  const { kind, number } = live.state.value
  if (kind === 'stopped') return live.view()
  if (kind === 'halted') return live.nextStop(number - 1, wait * 1_000)
  return Promise.race([live.pause(), live.nextStop(number, wait * 1_000)])
}
