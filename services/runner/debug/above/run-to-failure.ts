import { endedReport, type FailureReport, mostReportBytes } from '../../../contract/debug-report.ts'
import type { DebugSession, Stop } from '../../../contract/debug-resources.ts'
import { threadsBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { pausing } from '../operations/go-on.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { debuggeeChildren } from './debuggee-children.ts'
import { debuggeeProcesses } from './debuggee-processes.ts'
import { fitReport } from './fit-report.ts'
import { handlesSignal } from './handled-signals.ts'
import { type Failure, judgedStop } from './judged-stop.ts'
import { reportFrames } from './report-frames.ts'

const launchMs = 20_000
/** How long a program that has not failed in time may take to hear of it. */
const pauseMs = 2_000
const askMs = 2_000
/** What a report takes without the output, which is read from the log and added later. */
const room = mostReportBytes - 2_400
const mostThreads = 20

const hung: Failure = { outcome: 'timeout', exception: null, signal: null, exit_code: null }

/**
 * Waits for the first stop that is a failure, and tells all of it; sends the debuggee on from signals that are none. Stops of
 * somebody else's breakpoints are theirs: they are waited out. One that stands at a failure is sent on from it first.
 */
export async function runToFailure(
  live: LiveDebugSession,
  { debug, wait }: { debug?: string | undefined; wait: number },
): Promise<FailureReport> {
  // The time is the program's: none of it goes by while its debugger starts.
  await live.state.until(({ kind }) => kind !== 'launching', launchMs)
  const until = performance.now() + wait * 1_000
  let after = debug === undefined ? -1 : await goneOn(live)
  for (;;) {
    const now = await live.nextStop(after, Math.max(1, until - performance.now()))
    if (now.status === 'ended') return endedReport(now)
    if (now.status === 'stopped' && now.stop !== null && now.stop.number > after) {
      const { stop } = now
      const report = await standing(live, now, stop)
      if (report !== undefined) return report
      after = stop.number
      if (isSignal(stop)) await live.sendOn('continue', stop.thread)
    } else if (performance.now() >= until) return lateReport(live, now)
  }
}

const isSignal = ({ reason }: Stop) => reason === 'exception' || reason === 'signal'

async function goneOn(live: LiveDebugSession): Promise<number> {
  await live.whenLaunched()
  const { kind, number } = live.state.value
  if (kind !== 'stopped') return number
  const { stop } = await live.stopped()
  return live.sendOn('continue', stop.thread)
}

/** What is told of a stop; undefined where nothing has failed. */
async function standing(
  live: LiveDebugSession,
  now: DebugSession,
  stop: Stop,
  failure?: Failure,
): Promise<FailureReport | undefined> {
  if (failure === undefined && !isSignal(stop)) return undefined
  const { frames } = await live.stopped()
  const told = await reportFrames(live, frames, stop.thread, true)
  const judged = failure ?? judgedStop(stop, told.functions)
  if (judged === undefined) return undefined
  const { signal } = judged
  if (signal !== null && (await handlesSignal(signal, await processesOf(live)))) return undefined
  const threads = judged.outcome === 'timeout' ? await otherThreads(live, frames, stop.thread) : []
  return whole(live, now, { ...judged, kept: true, frames: told.frames, threads, left_out: [...told.left] })
}

/** Of a program that has not failed in time: paused, or where it does not hear of that, as far as it can be seen. */
async function lateReport(live: LiveDebugSession, before: DebugSession): Promise<FailureReport> {
  if (before.status === 'launching')
    return whole(live, before, { ...hung, left_out: ['where it stands: it is still being launched'] })
  const { number } = live.state.value
  const now =
    before.status === 'stopped'
      ? before
      : await Promise.race([pausing(live).catch(() => live.view()), live.nextStop(number, pauseMs)])
  if (now.status === 'ended') return endedReport(now)
  const report = now.stop === null ? undefined : await standing(live, now, now.stop, hung)
  return report ?? running(live, now)
}

/** Of one that no debugger can stop now: some tell stacks nevertheless. */
async function running(live: LiveDebugSession, now: DebugSession): Promise<FailureReport> {
  const frames = live.newFrames()
  const left = ['variables: the program does not come to hear that it is to stop']
  try {
    const { threads } = await live.adapter.ask('threads', {}, threadsBodySchema, askMs)
    const main = threads[0]?.id ?? 0
    const told = await reportFrames(live, frames, main, false)
    const others = await otherThreads(live, frames, main)
    return whole(live, now, {
      ...{ ...hung, frames: told.frames, threads: others },
      left_out: [...left, ...told.left],
    })
  } catch {
    return whole(live, now, { ...hung, left_out: ['where it stands: the debugger did not tell'] })
  }
}

async function otherThreads(live: LiveDebugSession, frames: StoppedFrames, but: number) {
  const { threads } = await live.adapter
    .ask('threads', {}, threadsBodySchema, askMs)
    .catch(() => ({ threads: [] }))
  const told: FailureReport['threads'] = []
  for (const { id, name } of threads.filter(thread => thread.id !== but).slice(0, mostThreads)) {
    const innermost = await frames.innermost(id, askMs).catch(() => undefined)
    const at = innermost === undefined ? undefined : await frames.told(innermost, 0)
    told.push({ id, name, at: at === undefined ? null : `${at.name} ${at.file ?? '?'}:${at.line}` })
  }
  return told
}

const processesOf = (live: LiveDebugSession) => debuggeeProcesses(live.identity.command, live.processId)

async function whole(
  live: LiveDebugSession,
  now: DebugSession,
  found: Partial<FailureReport> & Failure,
): Promise<FailureReport> {
  const children = await debuggeeChildren(await processesOf(live))
  return fitReport({ ...endedReport(now), end: null, children, ...found }, room)
}
