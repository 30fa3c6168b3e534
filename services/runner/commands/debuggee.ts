import type { CommandFailure } from '../../contract/command-state.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { Program } from '../sandbox/sandbox.ts'
import type { EndCause } from './command-outcome.ts'

/** What is launched in place of a command's own line, or why nothing is. */
export type Replacement =
  | {
      ok: true
      program: Program & { readonly alone?: true }
    }
  | { ok: false; failure: CommandFailure }

/** A command's debugger, or what looks after it as an app, as the command sees it. It is disposed of when the command is not run here any more. */
export type Debuggee = AsyncDisposable & {
  /** Makes the debugger ready. `end` ends the command. Rejects with the signal's reason when that aborts. */
  prepare(row: CommandRow, end: (cause: EndCause) => void, signal: AbortSignal): Promise<Replacement>
  launched(): void
  /** Takes up one that another runner has launched. Without: it is ended, unless it had ended by itself. */
  adopt?(row: CommandRow, end: (cause: EndCause) => void): void
  /** Its command is about to be ended: what is not to end with it is let go of. */
  leave(): Promise<void>
  /**
   * It was killed, and nobody said why: resolves when it is clear whether it died with its debugger, in which case `end`
   * has been called. The two deaths are seen in either order.
   */
  killed(): Promise<void>
  /** The command has ended; its end is about to be written into the store. */
  ended(): Promise<void>
  /** The command's end stands in the store. */
  recorded(): Promise<void>
}
