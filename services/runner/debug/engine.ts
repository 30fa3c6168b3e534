import type { CommandFailure } from '../../contract/command-state.ts'
import type { HitCondition } from '../../contract/debug-breakpoints.ts'
import type { FailureReport } from '../../contract/debug-report.ts'
import type { DebugRequest } from '../../contract/debug-request.ts'
import type { Stop } from '../../contract/debug-resources.ts'
import type { DapPeer, OpenAdapter } from './adapter.ts'
import type { StackFrame, StoppedEvent } from './dap-messages.ts'
import type { Place } from './place.ts'

/** What the debuggee's command runs in place of the line that its user sees. */
export type DebuggeeProgram = {
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The outside of the place's meeting, where the debuggee is to see that. */
  readonly meeting?: string | undefined
  /** It goes by itself to where it has to be: nothing encloses it, and it gets these variables alone. */
  readonly alone?: true
}

export type Planned = { ok: true; plan: EnginePlan } | { ok: false; failure: CommandFailure }
export type Begun = { ok: true; program: DebuggeeProgram } | { ok: false; message: string }

/**
 * `frame`: the innermost one, where the adapter has told it with the stop. `captured`: what a test framework has kept back
 * of the output.
 */
export type StopMeaning = Pick<Stop, 'reason' | 'description' | 'text'> & {
  frame?: StackFrame | undefined
  captured?: FailureReport['captured'] | undefined
}

/**
 * The `context` of an `evaluate` that is a command of the debugger, which may do what a shell may. It is not the
 * protocol's, and no client may name it: `debug.evaluate` does, where the scope for it is there.
 */
export const shellContext = 'shell'

/** One debugger for one debuggee. */
export type EnginePlan = {
  /** Called once, before anything else: `besideDebuggee` for an adapter with a process of its own, `bridged` for one of ours. */
  readonly open: OpenAdapter
  /** `adapterID` of `initialize`. */
  readonly adapterId: string
  /**
   * After `initialize`: whatever is said until the debuggee can be launched. `event` brings the body of the next event
   * of that name; it is to be called before what causes the event. The adapter says `initialized` when the debuggee is
   * there.
   */
  begin(client: DapPeer, event: (name: string) => Promise<unknown>): Promise<Begun>
  /**
   * The debuggee is a process of another command, which runs on when the debugger lets go of it by `disconnect`. Where
   * `terminated` comes without `exited`, it is not known here how it has ended. `pauses`: it stands still at first only if
   * it is paused. `settled`: the event by which it says that breakpoints take effect, after `configurationDone`.
   */
  readonly attached?: { readonly pauses: boolean; readonly settled?: string }
  /** From the debuggee's launch until it can be told where to stop, in milliseconds, where that takes more than usual. */
  readonly launchMs?: number
  /** Whether its data breakpoints take effect on this machine; left out: they do. */
  watches?(): Promise<boolean>
  /** Whether `shellContext` means anything to it. */
  readonly hasCommands?: boolean
  /** Of `pause`: a `threadId` by which all threads are meant, whether or not there is one of this number. */
  readonly everyThread: number | string
  /**
   * How its `hitCondition` is written; undefined where it has none that means the same, or counts otherwise: then each
   * hit stops the debuggee, and the multiplexer counts. Left out: it counts all.
   */
  hitCondition?(wanted: HitCondition): string | undefined
  /** Whether it answers `debugServerTrace` (`above/trace-request.ts`): it tells calls itself, with how they end. */
  readonly tracesCalls?: true
  /** How a value is written in a `logMessage`, where it is not as the debugger does. */
  logExpression?(expression: string): string
  /** Of `setExceptionBreakpoints`: those of its filters by which that is done. */
  exceptionFilters(wanted: DebugRequest['exceptions']): readonly string[]
  /** What a stop means, in the contract's terms. `first`: nothing has stopped it before. */
  meaning(event: StoppedEvent, first: boolean): StopMeaning
  /** How a function is called in a stack, where the adapter's name for it says more than that. */
  functionName?(name: string): string
  /** The text of an exception that came of evaluating, from what the adapter says of it. */
  evaluationError(message: string): string
}

export type EngineFound =
  | { readonly ok: true; readonly tool: { readonly name: string; readonly version: string } }
  | { readonly ok: false; readonly message: string }

/** One kind of debugger. What differs between them stands behind this, and nowhere else. */
export type Engine = {
  /** The program that it would run in on this host, outside of any session. */
  find(environment: Place['environment']): Promise<EngineFound>
  /** Looks for everything that the debuggee needs; starts nothing that stays. */
  plan(request: DebugRequest, place: Place, signal: AbortSignal): Promise<Planned>
}
