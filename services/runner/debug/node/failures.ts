import type { Location, PausedEvent } from './cdp-messages.ts'
import { isInternal, isMicrotask } from './frames.ts'
import type { KnownSource } from './handlers-of.ts'
import type { Target } from './target.ts'

type KnownOf = (target: Target, location: Location) => Promise<KnownSource | undefined>

/**
 * Whether an exception that somebody catches is a failure all the same: nothing of the program's own catches it, expects it
 * or hands its promise to others on its way out to what has called the program, such as a framework for tests.
 */
export async function isFailure(
  target: Target,
  { callFrames, asyncStackTrace }: PausedEvent,
  knownOf: KnownOf,
): Promise<boolean> {
  const outermost = callFrames.findLastIndex(frame => isOwn(target, frame.location.scriptId))
  if (outermost < 0) return false
  let wasAsync = false
  let isOutside = true
  for (const frame of callFrames.slice(0, outermost + 1)) {
    if (isInternal(frame)) {
      // What an assertion calls, it expects to throw.
      if (!isOutside && frame.url.startsWith('node:assert')) return false
      wasAsync = false
      continue
    }
    isOutside = false
    const passes = await passesThrough(target, frame.location, wasAsync, knownOf)
    if (passes === undefined) return false
    wasAsync = passes.isAsync
  }
  const [caller] = callFrames.slice(outermost + 1)
  if (caller !== undefined && !isMicrotask(caller)) return true
  if (!wasAsync) return false
  // Each tells who called the function when it awaited first.
  for (let trace = asyncStackTrace; trace !== undefined; trace = trace.parent) {
    if (!/await/.test(trace.description ?? '')) return false
    for (const frame of trace.callFrames) {
      if (isMicrotask(frame)) break
      const { scriptId, lineNumber, columnNumber } = frame
      if (!isOwn(target, scriptId)) return true
      const passes = await passesThrough(target, { scriptId, lineNumber, columnNumber }, wasAsync, knownOf)
      if (passes === undefined) return false
      wasAsync = passes.isAsync
      // What a module awaits, it fails with.
      if (!wasAsync) return true
    }
  }
  return false
}

/** Undefined where it is caught there, or where nobody knows. */
async function passesThrough(
  target: Target,
  location: Location,
  wasAsync: boolean,
  knownOf: KnownOf,
): Promise<{ isAsync: boolean } | undefined> {
  const known = await knownOf(target, location)
  if (known === undefined) return undefined
  const { handlers, offset } = known
  if (handlers.catches(offset) || (wasAsync && !handlers.awaits(offset))) return undefined
  return { isAsync: handlers.isAsync(offset) }
}

function isOwn(target: Target, scriptId: string): boolean {
  const { path } = target.scripts.get(scriptId) ?? {}
  return path !== undefined && !path.includes('/node_modules/')
}
