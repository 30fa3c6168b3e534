import type { DebugSession } from '../../../contract/debug-resources.ts'
import type { LiveDebugSession, Move } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { able } from './able.ts'
import { chosenThread } from './threads.ts'

type Granularity = 'statement' | 'line' | 'instruction'
export type GoOn = {
  thread?: number | undefined
  single_thread: boolean
  granularity?: Granularity
  wait: number
}

/** Sends the debuggee on, and waits until it has stopped again or ended. */
export const goOn =
  (command: Move) =>
  async (live: LiveDebugSession, input: GoOn): Promise<DebugSession> => {
    await live.whenLaunched()
    if (command === 'stepBack') able(live, 'supportsStepBack', 'way to step back')
    const { thread, further } = await howFar(live, input)
    const from = await live.sendOn(command, thread, further)
    return live.nextStop(from, input.wait * 1_000)
  }

/** Sends it on to a line, unless something else stops it before. The line is stopped at once. */
export async function until(live: LiveDebugSession, { at, ...input }: GoOn & { at: string }) {
  const { thread, further } = await howFar(live, input)
  const line = await live.breakpoints.lineAt(at)
  try {
    await live.breakpoints.runTo(line)
    const from = await live.sendOn('continue', thread, further)
    return await live.nextStop(from, input.wait * 1_000)
  } catch (error) {
    await live.breakpoints.arrived().catch(() => undefined)
    throw error
  }
}

async function howFar(live: LiveDebugSession, { thread, single_thread, granularity = 'statement' }: GoOn) {
  const { stop } = await live.stopped()
  if (single_thread) able(live, 'supportsSingleThreadExecutionRequests', 'way to let one thread alone go on')
  if (granularity === 'instruction') able(live, 'supportsSteppingGranularity', 'steps by instruction')
  // Whichever thread is stepped, all go on.
  live.unanswered.refuse()
  const further = {
    ...(single_thread ? { singleThread: true } : {}),
    ...(live.adapter.capabilities.supportsSteppingGranularity ? { granularity } : {}),
  }
  return { thread: await chosenThread(live, thread, stop.thread), further }
}

/** Stops the debuggee wherever it is: later, where it does not come to hear of it during the wait. */
export async function pause(live: LiveDebugSession, { wait }: { wait: number }): Promise<DebugSession> {
  await live.whenLaunched()
  const { kind, number } = live.state.value
  if (kind === 'stopped') return live.view()
  const before = kind === 'halted' ? number - 1 : number
  return Promise.race([pausing(live), live.nextStop(before, wait * 1_000)])
}

/** Once the debuggee comes to hear of it, which nobody need wait for. Rejects where the adapter refuses, and never resolves. */
export async function pausing(live: LiveDebugSession): Promise<never> {
  await live.askPause().catch(error => {
    // It is heard of later; or the end is, which is told by itself.
    const expected = error instanceof Refusal && error.code !== 'debugger_refused'
    if (!expected) throw error
  })
  return new Promise(() => undefined)
}
