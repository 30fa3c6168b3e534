import { endedReport, type FailureReport, mostReportBytes } from '../../../contract/debug-report.ts'
import type { DebugSession, Frame, Stop } from '../../../contract/debug-resources.ts'
import type { DebugSessionId } from '../../../contract/ids.ts'
import { actor } from '../control/acting.ts'
import { cutText } from '../cut-text.ts'
import { threadsBodySchema } from '../dap-messages.ts'
import { hasEnded } from '../debuggee-state.ts'
import { refuseEnded } from '../ended-refusal.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { pausing } from '../operations/go-on.ts'
import { Refusal } from '../refusal.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { type DebuggedProcess, debuggeeChildren } from './debuggee-children.ts'
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
const mostPlace = 200

const hung: Failure = { outcome: 'timeout', exception: null, signal: null, exit_code: null }

/** The stops that were told as failures, each the last of its process. */
const told = new WeakMap<LiveDebugSession, number>()
/** Those that were to stop for a report and had not heard of it by then: they stop later, and then for nobody. */
const unheard = new WeakSet<LiveDebugSession>()

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
    const report = await lookedAt(one, live, family).catch(error => {
      // It has ended meanwhile: what has become of the debuggee is told above.
      if (!(error instanceof Refusal) || (one === root && !hasEnded(one.state.value))) throw error
      return undefined
    })
    if (report !== undefined) return report
  } while (performance.now() < until)
  await Promise.all(family.members().map(one => (one === root ? undefined : held(one, live))))
  return acts(root, live, () => lateReport(root, root.view(), family))
}

const isLate = (one: LiveDebugSession, { reason }: Stop) => reason === 'pause' && unheard.delete(one)
const isSignal = ({ reason }: Stop) => reason === 'exception' || reason === 'signal'

/** Its report where it stands at a failure; otherwise it goes on, unless it stands there for somebody else. */
async function lookedAt(
  one: LiveDebugSession,
  asked: LiveDebugSession,
  family: Family,
): Promise<FailureReport | undefined> {
  const { stop } = await one.stopped()
  const report = await standing(one, one.view(), stop, family)
  if (report !== undefined) told.set(one, stop.number)
  else if (isSignal(stop) || isLate(one, stop))
    await acts(one, asked, () => one.sendOn('continue', stop.thread))
  return report
}

/** Sends on whichever stand at a failure that was told, and the one that was asked; tells where they stood. */
async function goneOn(asked: LiveDebugSession, { members }: Family): Promise<Map<DebugSessionId, number>> {
  await asked.whenLaunched()
  const gone = new Map<DebugSessionId, number>()
  for (const one of members()) {
    const { stop } = one.view()
    if (stop === null) continue
    if (!isLate(one, stop) && one !== asked && told.get(one) !== stop.number) continue
    await acts(one, asked, () => one.sendOn('continue', stop.thread))
    gone.set(one.identity.id, stop.number)
  }
  return gone
}

/** Stops one that runs, if it hears of that in time. It goes on with the others. */
async function held(one: LiveDebugSession, asked: LiveDebugSession): Promise<void> {
  const { kind, number } = one.state.value
  if (kind !== 'running') return
  const stopping = () => Promise.race([pausing(one), one.nextStop(number, pauseMs)])
  const now = await acts(one, asked, stopping).catch(() => undefined)
  if (now?.stop) told.set(one, now.stop.number)
  else unheard.add(one)
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
  family: Family,
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
  const { captured } = frames
  const found = { ...judged, kept: true, frames: told.frames, threads, captured, left_out: [...told.left] }
  return whole(live, now, family, found)
}

/** Of a program that has not failed in time: paused, or where it does not hear of that, as far as it can be seen. */
async function lateReport(
  live: LiveDebugSession,
  before: DebugSession,
  family: Family,
): Promise<FailureReport> {
  if (before.status === 'launching')
    return whole(live, before, family, { ...hung, left_out: ['where it stands: it is still being launched'] })
  const { number } = live.state.value
  const now =
    before.status === 'stopped'
      ? before
      : await Promise.race([pausing(live).catch(() => live.view()), live.nextStop(number, pauseMs)])
  if (now.status === 'ended') return endedReport(now)
  if (now.stop === null) unheard.add(live)
  const report = now.stop === null ? undefined : await standing(live, now, now.stop, family, hung)
  return report ?? running(live, now, family)
}

/** Of one that no debugger can stop now: some tell stacks nevertheless. */
async function running(live: LiveDebugSession, now: DebugSession, family: Family): Promise<FailureReport> {
  const frames = live.newFrames()
  const left = ['variables: the program does not come to hear that it is to stop']
  try {
    const { threads } = await live.adapter.ask('threads', {}, threadsBodySchema, askMs)
    const main = threads[0]?.id ?? 0
    const told = await reportFrames(live, frames, main, false)
    const others = await otherThreads(live, frames, main)
    return whole(live, now, family, {
      ...{ ...hung, frames: told.frames, threads: others },
      left_out: [...left, ...told.left],
    })
  } catch {
    return whole(live, now, family, { ...hung, left_out: ['where it stands: the debugger did not tell'] })
  }
}

async function otherThreads(live: LiveDebugSession, frames: StoppedFrames, but: number) {
  const { threads } = await live.adapter
    .ask('threads', {}, threadsBodySchema, askMs)
    .catch(() => ({ threads: [] }))
  const told: FailureReport['threads'] = []
  for (const { id, name } of threads.filter(thread => thread.id !== but).slice(0, mostThreads))
    told.push({ id, name, at: await innermostOf(frames, id) })
  return told
}

async function innermostOf(frames: StoppedFrames, thread: number): Promise<string | null> {
  const innermost = await frames.innermost(thread, askMs).catch(() => undefined)
  return innermost === undefined ? null : placed(await frames.told(innermost, 0))
}

const placed = ({ name, file, line }: Pick<Frame, 'name' | 'file' | 'line'>) =>
  cutText(`${name} ${file ?? '?'}:${line}`, mostPlace).value

/** Where a process stands; where one that hangs is, though it does not come to hear that it is to stop. */
async function debugged(one: LiveDebugSession, hangs: boolean): Promise<DebuggedProcess> {
  const { id, process } = one.identity
  const known = { debug: id, process }
  const { status, stop } = one.view()
  const frame = stop?.frame ?? null
  if (frame !== null) return { ...known, at: placed(frame) }
  if (!hangs || status !== 'running') return { ...known, at: null }
  const { threads } = await one.adapter
    .ask('threads', {}, threadsBodySchema, askMs)
    .catch(() => ({ threads: [] }))
  const [main] = threads
  return { ...known, at: main === undefined ? null : await innermostOf(one.newFrames(), main.id) }
}

const processesOf = ({ identity, processId }: LiveDebugSession) =>
  debuggeeProcesses(identity.command, processId ?? identity.process ?? undefined)

async function whole(
  live: LiveDebugSession,
  now: DebugSession,
  { root, members }: Family,
  found: Partial<FailureReport> & Failure,
): Promise<FailureReport> {
  const below = members().filter(one => one !== root && one !== live)
  const known = await Promise.all(below.map(one => debugged(one, found.outcome === 'timeout')))
  const children = await debuggeeChildren(await processesOf(live), known)
  return fitReport({ ...endedReport(now), end: null, children, ...found }, room)
}
