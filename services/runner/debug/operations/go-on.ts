import type { DebugSession } from '../../../contract/debug-resources.ts'
import { anyBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { chosenThread, threadsOf } from './threads.ts'

export type GoOn = { thread?: number | undefined; wait: number }

/** Sends the debuggee on, and waits until it has stopped again or ended. */
export const goOn =
  (command: 'continue' | 'next' | 'stepIn' | 'stepOut') =>
  async (live: LiveDebugSession, { thread, wait }: GoOn): Promise<DebugSession> => {
    const { stop } = await live.stopped()
    const from = await live.sendOn(command, await chosenThread(live, thread, stop.thread))
    return live.nextStop(from, wait * 1_000)
  }

/** Stops the debuggee wherever it is. */
export async function pause(live: LiveDebugSession, { wait }: { wait: number }): Promise<DebugSession> {
  await live.whenLaunched()
  const { kind, number } = live.state.value
  if (kind === 'stopped') return live.view()
  if (kind === 'running') {
    const [first] = await threadsOf(live)
    if (first === undefined)
      throw new Refusal('debugger_refused', 'the debuggee has no thread that could be paused')
    // It may have stopped by itself in between.
    if (live.state.value.kind === 'running')
      await live.adapter.ask('pause', { threadId: first.id }, anyBodySchema)
  }
  return live.nextStop(kind === 'halted' ? number - 1 : number, wait * 1_000)
}
