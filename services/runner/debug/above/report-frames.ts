import type { ReportFrame, ReportVariable } from '../../../contract/debug-report.ts'
import type { Frame } from '../../../contract/debug-resources.ts'
import { cutText } from '../cut-text.ts'
import { type StackFrame, scopesBodySchema, variablesBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { widest } from './fit-report.ts'
import { localScopes } from './local-scopes.ts'
import { isOwn } from './own-files.ts'
import { relevantVariables, tellsNothing } from './relevant-variables.ts'

/** How many frames are looked at for those of the worktree: a recursion may have thousands. */
const mostSeen = 200
/** Of those of others, where none is of the worktree. */
const mostForeign = 3
/** Frames whose variables are told, and how many variables of them have their parts told. */
const mostWithVariables = 3
const mostWithParts = 3
const mostParts = 8
const deadlineMs = 3_000

export type FramesTold = {
  readonly frames: ReportFrame[]
  /** The names of all that were looked at, innermost first. */
  readonly functions: readonly string[]
  readonly left: readonly string[]
}

/**
 * The stack of a report: the frames of the worktree, those of others folded between them. `inspect`: the thread stands
 * still, so that its variables can be read.
 */
export async function reportFrames(
  live: LiveDebugSession,
  frames: StoppedFrames,
  thread: number,
  inspect: boolean,
): Promise<FramesTold> {
  const stack = await frames.all(thread)
  const seen = await Promise.all(stack.slice(0, mostSeen).map((frame, at) => frames.told(frame, at)))
  const own = seen.filter(({ file }) => isOwn(file)).slice(0, widest.frames)
  const told = own.length === 0 ? seen.slice(0, mostForeign) : own
  const left: string[] = []
  const report: ReportFrame[] = []
  let last = -1
  for (const [at, frame] of told.entries()) {
    const adapterFrame = stack[frame.index]
    const source = await frames.excerpt(adapterFrame?.source?.path, frame, widest)
    const looks = inspect && at < mostWithVariables && adapterFrame !== undefined
    const found = looks ? await variablesOf(live, adapterFrame, frame, source) : []
    if (found === undefined)
      left.push(`the variables of frame ${frame.index}: the debugger did not tell them`)
    const { index, name, file, line } = frame
    const folded = index - last - 1
    report.push({ index, name, file, line, own: isOwn(file), folded, source, variables: found ?? [] })
    last = index
  }
  const outer = stack.length - last - 1
  if (outer > 0) left.push(`${outer} outer frames: debug.stack`)
  return { frames: report, functions: seen.map(({ name }) => name), left }
}

/** Undefined where they cannot be read. */
async function variablesOf(
  live: LiveDebugSession,
  { id }: StackFrame,
  frame: Frame,
  source: ReportFrame['source'],
): Promise<ReportVariable[] | undefined> {
  try {
    const { scopes } = await live.adapter.ask('scopes', { frameId: id }, scopesBodySchema, deadlineMs)
    const all = await Promise.all(localScopes(scopes).map(scope => partsOf(live, scope.variablesReference)))
    const above = source.filter(({ line }) => line < frame.line).map(({ text }) => text)
    const found = relevantVariables(all.flat(), frame.source ?? '', above)
    const told: ReportVariable[] = []
    let withParts = 0
    for (const { name, value, type, named, variablesReference } of found) {
      const looks = variablesReference > 0 && named && tellsNothing(value) && withParts < mostWithParts
      if (looks) withParts++
      const inside = looks ? await partsOf(live, variablesReference).catch(() => []) : []
      const parts = relevantVariables(inside, '', []).slice(0, mostParts)
      told.push({
        ...{ name, named, ...cutText(value, widest.value), type: type ?? null },
        parts: parts.map(part => ({ name: part.name, value: cutText(part.value, widest.value).value })),
      })
    }
    return told
  } catch {
    return undefined
  }
}

const partsOf = async (live: LiveDebugSession, variablesReference: number) =>
  (await live.adapter.ask('variables', { variablesReference }, variablesBodySchema, deadlineMs)).variables
