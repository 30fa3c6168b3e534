import { basename, isAbsolute } from 'node:path'
import type { StackFrame } from '../dap-messages.ts'
import { depthSchema, framesSchema, type GdbFrame } from './mi-answers.ts'
import type { MiClient } from './mi-client.ts'

/** A thread by gdb's number, and a frame of it: 0 is the innermost. */
export type FramePlace = { readonly thread: number; readonly level: number }

/** How many frames there may be in one answer. */
const mostFrames = 10_001
/** How many are counted behind those: to count all of an endless recursion takes gdb seconds. */
const mostCounted = 1_000

/** No thread has so many frames. */
const mostLevels = 10_000_000

/** A frame's id holds its place: it is good as long as the program stands still. */
const idOf = ({ thread, level }: FramePlace): number => thread * mostLevels + level + 1
export const placeOf = (id: number): FramePlace => ({
  thread: Math.floor((id - 1) / mostLevels),
  level: (id - 1) % mostLevels,
})

/** How a command of the machine interface names it. */
export const inFrame = ({ thread, level }: FramePlace): string => `--thread ${thread} --frame ${level}`

export function dapFrame(
  thread: number,
  frame: GdbFrame,
): StackFrame & {
  instructionPointerReference?: string
  presentationHint?: 'subtle'
} {
  const { level, addr, func, fullname, line, from } = frame
  const named = func === undefined || func === '??' ? `${addr ?? '??'}` : func
  const id = idOf({ thread, level })
  const pointer = addr === undefined ? {} : { instructionPointerReference: addr }
  // Where a library was built elsewhere, gdb tells the path there, which may be relative.
  if (fullname !== undefined && isAbsolute(fullname) && line !== undefined)
    return { id, name: named, line, column: 1, source: sourceOf(fullname), ...pointer }
  const name = from === undefined ? named : `${named} (${basename(from)})`
  return {
    id,
    name,
    line: line ?? 0,
    column: line === undefined ? 0 : 1,
    presentationHint: 'subtle',
    ...pointer,
  }
}

export const sourceOf = (path: string) => ({ name: basename(path), path })

/** `totalFrames` is less than there are where there are many more than were asked for. */
export async function stackTrace(
  gdb: MiClient,
  { threadId, startFrame, levels }: { threadId: number; startFrame: number; levels: number },
) {
  const most = Math.min(levels === 0 ? mostFrames : levels, mostFrames)
  const last = startFrame + most - 1
  const [{ stack }, { depth }] = await Promise.all([
    gdb.ask(`-stack-list-frames --thread ${threadId} ${startFrame} ${last}`, framesSchema).catch(beyond),
    gdb.ask(`-stack-info-depth --thread ${threadId} ${last + 1 + mostCounted}`, depthSchema),
  ])
  return { stackFrames: stack.map(frame => dapFrame(threadId, frame)), totalFrames: depth }
}

/** gdb refuses a page that begins behind the last frame. */
function beyond(error: unknown): { stack: [] } {
  if (error instanceof Error && error.message.includes('Not enough frames')) return { stack: [] }
  throw error
}
