import type { StackFrame } from '../dap-messages.ts'
import type { AsyncTrace, CallFrame, Location, PausedEvent } from './cdp-messages.ts'
import type { Script, Scripts } from './scripts.ts'

/** A frame of a thread that stands still. What is only remembered, of who awaited this, has no `call`. */
export type Frame = {
  readonly name: string
  readonly location: Location
  readonly call: CallFrame | undefined
}

const mostAsync = 64
/** Beyond these, source maps are read when frames are asked for. */
const mostMaps = 30

export const isInternal = ({ url }: Pick<CallFrame, 'url'>): boolean => url.startsWith('node:')

/** By these Node calls what waits for a promise: who hears of what is thrown there, the stack does not tell. */
const microtasks = new Set(['processTicksAndRejections', 'runMicrotasks'])

export const isMicrotask = (frame: Pick<CallFrame, 'url' | 'functionName'>): boolean =>
  isInternal(frame) && microtasks.has(frame.functionName)

/** The program's own frames; Node's are left out, unless there are no others. */
export function framesOf({ callFrames, asyncStackTrace }: PausedEvent): Frame[] {
  const own = callFrames.filter(frame => !isInternal(frame))
  const frames = (own.length > 0 ? own : callFrames).map(call => ({
    name: nameOf(call),
    location: call.location,
    call,
  }))
  return [...frames, ...asyncFrames(asyncStackTrace)].slice(0, frames.length + mostAsync)
}

function asyncFrames(trace: AsyncTrace | undefined): Frame[] {
  if (trace === undefined) return []
  const frames = trace.callFrames
    .filter(frame => !isInternal(frame) && frame.scriptId !== '0')
    .map(({ functionName, scriptId, lineNumber, columnNumber }) => ({
      name: `async ${functionName || '(anonymous)'}`,
      location: { scriptId, lineNumber, columnNumber },
      call: undefined,
    }))
  return [...frames, ...asyncFrames(trace.parent)]
}

function nameOf({ functionName, functionLocation, scopeChain }: CallFrame): string {
  if (functionName !== '') return functionName
  const isWhole = functionLocation?.lineNumber === 0 && functionLocation.columnNumber === 0
  const isModule =
    scopeChain.some(({ type }) => type === 'module') && !scopeChain.some(({ type }) => type === 'local')
  return isWhole || isModule ? '(module)' : '(anonymous)'
}

/** Reads the source maps that these frames need. */
export async function loadMaps(frames: readonly Frame[], scripts: Scripts): Promise<void> {
  const found = new Set<Script>()
  for (const { location } of frames) {
    const script = scripts.get(location.scriptId)
    if (script !== undefined && script.sourceMapUrl !== '' && script.map === undefined) found.add(script)
  }
  await Promise.all([...found].slice(0, mostMaps).map(script => scripts.load(script)))
}

/** `sourceReference`: by which the text of a script that is no file is asked for. */
export function toldFrame(
  frame: Frame,
  id: number,
  scripts: Scripts,
  sourceReference: (scriptId: string) => number,
): StackFrame & { source?: { name?: string; path?: string; sourceReference?: number } } {
  const { path, script, line, column } = scripts.place(frame.location)
  const source =
    path === undefined
      ? script === undefined
        ? {}
        : { source: { name: script.url || `eval ${script.id}`, sourceReference: sourceReference(script.id) } }
      : { source: { path } }
  return { id, name: frame.name, line, column, ...source }
}
