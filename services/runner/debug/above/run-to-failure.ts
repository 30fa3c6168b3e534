import { endedReport, type FailureReport, mostReportBytes } from '../../../contract/debug-report.ts'
import type { DebugSession, Stop } from '../../../contract/debug-resources.ts'
import type { DebugSessionId } from '../../../contract/ids.ts'
import { actor } from '../control/acting.ts'
import { threadsBodySchema } from '../dap-messages.ts'
import { hasEnded } from '../debuggee-state.ts'
import { refuseEnded } from '../ended-refusal.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { pausing } from '../operations/go-on.ts'
import { Refusal } from '../refusal.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { debuggeeChildren } from './debuggee-children.ts'
import { debuggeeProcesses } from './debuggee-processes.ts'
import type { Family } from './family.ts'
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

/** The stops that were told as failures, each the last of its process. */
const told = new WeakMap<LiveDebugSession, number>()

/**
 * Waits for the first stop that is a failure, of the debuggee or of a process below it, and tells all of that; sends them on
 * from signals that are none. Stops of somebody else's breakpoints are theirs: they are waited out. What stands at a failure
 * that was told is sent on from it first. Whichever process is named, the whole program is meant.
 */
export async function runToFailure(
  live: LiveDebugSession,
  { debug, wait }: { debug?: string | undefined; wait: number },
  family: Family,
): Promise<FailureReport> {
  const { root } = family
  // The time is the program's: none of it goes by while its debugger starts.
  await root.state.until(({ kind }) => kind !== 'launching', launchMs)
  const until = performance.now() + wait * 1_000
  const seen = debug === undefined ? new Map<DebugSessionId, number>() : await goneOn(live, family)
  const anew = () =>
    family.members().find(({ identity, state: { value } }) => {
      return value.kind === 'stopped' && value.number > (seen.get(identity.id) ?? -1)
    })
  do {
    const left = Math.max(1, until - performance.now())
    // A stop of any of them is heard of here.
    const state = await root.state.until(now => now.kind === 'ended' || anew() !== undefined, left)
    if (state.kind === 'ended' && state.last !== null) return endedReport(state.last)
    refuseEnded(state)
    const one = anew()
    if (one === undefined) continue
    seen.set(one.identity.id, one.state.value.number)
    const report = await lookedAt(one, live).catch(error => {
      // It has ended meanwhile: what has become of the debuggee is told above.
      if (!(error instanceof Refusal) || (one === root && !hasEnded(one.state.value))) throw error
      return undefined
    })
    if (report !== undefined) return report
  } while (performance.now() < until)
  return acts(root, live, () => lateReport(root, root.view()))
}

const isSignal = ({ reason }: Stop) => reason === 'exception' || reason === 'signal'

/** Its report where it stands at a failure; otherwise it goes on, unless it stands there for somebody else. */
async function lookedAt(one: LiveDebugSession, asked: LiveDebugSession): Promise<FailureReport | undefined> {
  const { stop } = await one.stopped()
  const report = await standing(one, one.view(), stop)
  if (report !== undefined) told.set(one, stop.number)
  else if (isSignal(stop)) await acts(one, asked, () => one.sendOn('continue', stop.thread))
  return report
}

/** Sends on whichever stand at a failure that was told, and the one that was asked; tells where they stood. */
async function goneOn(asked: LiveDebugSession, { members }: Family): Promise<Map<DebugSessionId, number>> {
  await asked.whenLaunched()
  const gone = new Map<DebugSessionId, number>()
  for (const one of members()) {
    const { kind, number } = one.state.value
    if (kind !== 'stopped' || (one !== asked && told.get(one) !== number)) continue
    const { stop } = await one.stopped()
    await acts(one, asked, () => one.sendOn('continue', stop.thread))
    gone.set(one.identity.id, number)
  }
  return gone
}

/** Who asks has the control of what was asked; that of another process may be somebody else's. */
function acts<T>(one: LiveDebugSession, asked: LiveDebugSession, work: () => Promise<T>): Promise<T> {
  const by = actor()
  return one === asked || by === undefined ? work() : one.viewers.acts(by, work)
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

const processesOf = ({ identity, processId }: LiveDebugSession) =>
  debuggeeProcesses(identity.command, processId ?? identity.process ?? undefined)

async function whole(
  live: LiveDebugSession,
  now: DebugSession,
  found: Partial<FailureReport> & Failure,
): Promise<FailureReport> {
  const children = await debuggeeChildren(await processesOf(live))
  return fitReport({ ...endedReport(now), end: null, children, ...found }, room)
}
