import type { Clock } from '../../../lib/clock.ts'
import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { Viewer } from '../../contract/debug-control.ts'
import type { DebugEventName } from '../../contract/debug-events.ts'
import type { DebugRequest } from '../../contract/debug-request.ts'
import type { DebugSession } from '../../contract/debug-resources.ts'
import type { EndCause } from '../commands/command-outcome.ts'
import type { ChildProcess } from './adapter.ts'
import type { LiveChildren } from './children/live-children.ts'
import type { ConnectedViewers } from './control/connected-viewers.ts'
import type { Control } from './control/control.ts'
import type { DebuggeeEditors } from './editors/debuggee-editors.ts'
import type { EnginePlan } from './engine.ts'
import type { Place } from './place.ts'
import type { Recorder } from './record/debug-record.ts'
import type { SourceText } from './source-text.ts'

export type Identity = Pick<
  DebugSession,
  'id' | 'session' | 'command' | 'engine' | 'parent' | 'process' | 'created_at'
>

export type Deadlines = {
  /** For the first answer of all. */
  readonly initializeMs?: number
  /** From launch to running. */
  readonly configureMs: number
  /** For an answer, at the most. */
  readonly answerMs: number
  /** For each answer to where a stop is. */
  readonly locateMs?: number
}

export type LiveDependencies = {
  readonly identity: Identity
  readonly request: DebugRequest
  readonly plan: EnginePlan
  readonly place: Place
  /** Owns the adapter. */
  readonly scope: ProcessScope
  readonly text: SourceText
  readonly clock: Clock
  /** Who is connected to the debuggers of its session. */
  readonly connected: Pick<ConnectedViewers, 'of' | 'watch'>
  /** What is said to its adapter and by it is written down there, and what becomes of the debuggee. */
  readonly record: Recorder
  /** `by`: who has made it happen. */
  readonly tell: (event: DebugEventName, debug: DebugSession, by: Viewer | null) => void
  /** The adapter's `output`. */
  readonly said: (body: unknown) => void
  /** Has the debuggee ended. */
  readonly end: (cause: EndCause) => void
  /** A process that the debuggee has started is there. */
  readonly child: (child: ChildProcess) => void
  /** The processes that it has started. */
  readonly children?: LiveChildren
  /** The adapter has nothing to do with the debuggee any more. `exitCode`: where it has told that. */
  readonly gone?: (exitCode: number | 'replaced' | undefined) => void
  /** Who has the control when it begins. */
  readonly control?: Control
  /** Whose its breakpoints are when it begins. */
  readonly editors?: DebuggeeEditors
  /** In milliseconds, where they are not to be the usual ones. */
  readonly deadlines?: Deadlines
}

/** Hears what the adapter says, as it says it, and what is told of the debuggee. */
export type LiveListener = {
  readonly adapter: (name: string, body: unknown) => void
  readonly told: (event: DebugEventName, debug: DebugSession) => void
}
