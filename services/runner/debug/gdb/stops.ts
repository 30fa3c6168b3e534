import type { StackFrame } from '../dap-messages.ts'
import type { Placed } from './breakpoint-table.ts'
import { dapFrame } from './frames.ts'
import type { GdbStop } from './mi-answers.ts'
import { exitCodeOf, pauseSignal } from './signals.ts'

/** The body of the protocol's `stopped`, with the innermost frame, which gdb tells with it. */
export type StoppedBody = {
  reason: string
  description?: string
  text?: string
  threadId?: number
  allThreadsStopped: true
  hitBreakpointIds?: number[]
  debugServerFrame?: StackFrame
}

/** How the program ended: a shell's exit code, and the signal where one ended it. */
export type ProgramEnd = { readonly exitCode: number; readonly signal: string | null }

/** Undefined where the program only stands still. */
export function endOf({
  reason,
  'exit-code': code = 0,
  'signal-name': signal,
}: GdbStop): ProgramEnd | undefined {
  switch (reason) {
    case 'exited':
    case 'exited-normally':
      return { exitCode: code, signal: null }
    case 'exited-signalled':
      return { exitCode: exitCodeOf(signal ?? ''), signal: signal ?? null }
    default:
      return undefined
  }
}

export type Known = {
  /** The breakpoints that it has come to. */
  readonly hit: readonly Placed[]
  /** It stands where it was to stop first. */
  readonly entry: boolean
}

export function stoppedBody(stop: GdbStop, known: Known): StoppedBody {
  const { frame, 'thread-id': threadId } = stop
  return {
    ...meaningOf(stop, known),
    ...(threadId === undefined ? {} : { threadId }),
    allThreadsStopped: true,
    ...(known.hit.length === 0 ? {} : { hitBreakpointIds: known.hit.map(({ number }) => number) }),
    ...(frame === undefined || threadId === undefined ? {} : { debugServerFrame: dapFrame(threadId, frame) }),
  }
}

function meaningOf(
  stop: GdbStop,
  { hit, entry }: Known,
): Pick<StoppedBody, 'reason' | 'description' | 'text'> {
  if (entry) return { reason: 'entry' }
  const watched = stop.wpt ?? stop['hw-rwpt'] ?? stop['hw-awpt']
  switch (stop.reason) {
    case 'breakpoint-hit': {
      const reason = hit[0]?.reason ?? 'breakpoint'
      return { reason: reason === 'exit' ? 'exception' : reason }
    }
    case 'watchpoint-trigger':
    case 'read-watchpoint-trigger':
    case 'access-watchpoint-trigger':
      return { reason: 'data breakpoint', description: watched?.exp ?? 'data', text: changeOf(stop) }
    case 'watchpoint-scope':
      return {
        reason: 'data breakpoint',
        description: 'out of scope',
        text: 'what it watched is gone: its function has returned',
      }
    case 'signal-received':
      // What the signal was is told by `exceptionInfo`.
      return { reason: stop['signal-name'] === pauseSignal ? 'pause' : 'exception' }
    case 'function-finished': {
      const returned = stop['return-value']
      return { reason: 'step', ...(returned === undefined ? {} : { text: `it returned ${returned}` }) }
    }
    case 'end-stepping-range':
    case 'location-reached':
      return { reason: 'step' }
    case 'no-history':
      return { reason: 'step', text: 'the record of what has happened ends here' }
    default:
      return { reason: 'pause' }
  }
}

function changeOf({ value }: GdbStop): string {
  if (value?.old !== undefined && value.new !== undefined) return `${value.old} → ${value.new}`
  return `it is ${value?.value ?? value?.new ?? 'not known'}`
}
