import type { CommandFailure } from '../../contract/command-state.ts'
import type { DebugRequest } from '../../contract/debug-request.ts'
import type { Stop } from '../../contract/debug-resources.ts'
import type { Enclosure } from '../sandbox/enclosure.ts'
import type { DapClient } from './dap-client.ts'
import type { StackFrame, StoppedEvent } from './dap-messages.ts'

/** Where a debuggee is to run. */
export type Place = {
  /** The top of the worktree and the directory that it starts in, symbolic links resolved. */
  readonly worktree: string
  readonly directory: string
  /** As any command of its session gets it. */
  readonly environment: Readonly<Record<string, string>>
  /** How far apart from the host all that runs there is. */
  readonly enclosure: Enclosure
}

/** A program that speaks the Debug Adapter Protocol on its standard streams. */
export type AdapterProgram = {
  readonly file: string
  readonly arguments: readonly string[]
  /** Over those of the place. */
  readonly environment: Readonly<Record<string, string>>
}

/** What the debuggee's command runs in place of the line that its user sees. */
export type DebuggeeProgram = {
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

export type Planned = { ok: true; plan: EnginePlan } | { ok: false; failure: CommandFailure }
export type Begun = { ok: true; program: DebuggeeProgram } | { ok: false; message: string }

/** `frame`: the innermost one, where the adapter has told it with the stop. */
export type StopMeaning = Pick<Stop, 'reason' | 'description' | 'text'> & { frame?: StackFrame | undefined }

/** One debugger for one debuggee. */
export type EnginePlan = {
  readonly adapter: AdapterProgram
  /** `adapterID` of `initialize`. */
  readonly adapterId: string
  /**
   * After `initialize`: whatever is said until the debuggee can be launched. `event` brings the body of the next event
   * of that name; it is to be called before what causes the event. The adapter says `initialized` when the debuggee is
   * there.
   */
  begin(client: DapClient, event: (name: string) => Promise<unknown>): Promise<Begun>
  /** Of `pause`: a `threadId` by which all threads are meant, whether or not there is one of this number. */
  readonly everyThread: number | string
  /** Of `setExceptionBreakpoints`. */
  exceptionFilters(wanted: DebugRequest['exceptions']): readonly string[]
  /** What a stop means, in the contract's terms. `first`: nothing has stopped it before. */
  meaning(event: StoppedEvent, first: boolean): StopMeaning
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
