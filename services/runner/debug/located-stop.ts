import type { Stop } from '../../contract/debug-resources.ts'
import type { AdapterLink } from './adapter-link.ts'
import type { Entry } from './breakpoints/breakpoint-list.ts'
import type { DebuggeeBreakpoints } from './breakpoints/debuggee-breakpoints.ts'
import { cutText } from './cut-text.ts'
import { exceptionInfoBodySchema, type StoppedEvent } from './dap-messages.ts'
import type { EnginePlan, StopMeaning } from './engine.ts'
import type { StoppedFrames } from './stopped-frames.ts'

/** How long each question about a stop may take, in milliseconds: without an answer the stop is told without it. */
export const usualLocateMs = 5_000

type Debugger = {
  readonly locateMs: number
  readonly plan: EnginePlan
  readonly adapter: AdapterLink
  readonly breakpoints: DebuggeeBreakpoints
  readonly frames: StoppedFrames
}

/** `at`: the breakpoints that it stands at. */
export type LocatedStop = { readonly stop: Stop; readonly at: readonly Entry[] }

/** Finds out where and why a debuggee stands, so that a stop is told with all that a client asks first. */
export async function locatedStop(number: number, event: StoppedEvent, of: Debugger): Promise<LocatedStop> {
  const thread = event.threadId ?? 0
  const meaning = of.plan.meaning(event, number === 1)
  of.frames.captured = meaning.captured ?? null
  const frame = await innermostFrame(thread, meaning, of)
  const { reason, description, text } = await explained(thread, meaning, of)
  const at = await of.breakpoints.at({ reason, frame, named: event.hitBreakpointIds ?? [] })
  const stop = {
    number,
    reason,
    description: description === null ? null : cutText(description).value,
    text: text === null ? null : cutText(text).value,
    thread,
    breakpoints: at.map(({ id }) => id),
    frame,
  }
  return { stop, at }
}

async function innermostFrame(thread: number, { frame }: StopMeaning, { frames, locateMs }: Debugger) {
  if (frame !== undefined) frames.heard(thread, frame)
  const innermost = frame ?? (await frames.innermost(thread, locateMs).catch(() => undefined))
  return innermost === undefined ? null : frames.told(innermost, 0)
}

/** An exception is asked for where the event does not say which. */
async function explained(
  thread: number,
  meaning: StopMeaning,
  { adapter: { capabilities, ask }, locateMs }: Debugger,
): Promise<StopMeaning> {
  const { reason, description } = meaning
  if (reason !== 'exception' || description !== null || !capabilities.supportsExceptionInfoRequest)
    return meaning
  const info = await ask('exceptionInfo', { threadId: thread }, exceptionInfoBodySchema, locateMs).catch(
    () => undefined,
  )
  return info === undefined
    ? meaning
    : { reason, description: info.exceptionId, text: info.description ?? null }
}
