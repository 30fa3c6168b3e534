import type { Sentinel } from '../../../lib/processes/sentinel.ts'
import type { Confirm, Exec } from '../context.ts'
import type { EngineEvent } from '../events.ts'
import type { Freshness } from '../freshness/freshness.ts'
import type { Graph } from '../graph.ts'
import type { Plan } from '../plan.ts'
import type { Masker } from '../secrets/masker.ts'
import type { Outcome, TaskState } from '../state.ts'
import type { Watching } from './watching.ts'

export interface RunOptions {
  readonly graph: Graph
  /** With parameters: see `withParams`. */
  readonly plan: Plan
  /** Names the run among those that are remembered. */
  readonly id?: string
  /** How many tasks may run at once. */
  readonly jobs: number
  /** The directory of the Taskfile. */
  readonly root: string
  /** What commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly emit: (event: EngineEvent) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Cancels: running tasks are aborted, their processes asked to end, and killed after the grace. */
  readonly signal?: AbortSignal
  /** There is no time left: what is being ended is killed now. */
  readonly urgent?: AbortSignal
  readonly graceMs?: number
  /** Ends the processes of the tasks where this process is killed. The caller dismisses it after the run. */
  readonly sentinel?: Sentinel
  /** At a failure go on with what does not need the task that failed. */
  readonly keepGoing?: boolean
  /** How a yes-or-no question is asked. Without it there is nobody to ask. */
  readonly confirm?: (exec: Exec) => Confirm
  /** The secrets of the run, which tasks may add to. */
  readonly masker?: Masker
  /** Spares tasks their runs. Without it every task runs. */
  readonly freshness?: Freshness
  /** Tasks that have their result already, from a run that this one resumes. */
  readonly resumed?: ReadonlyMap<string, { readonly result: unknown }>
  /** It is one of several runs, between which its inputs are watched and its services go on. */
  readonly watching?: Watching
  /** Told of every task that has ended, before anybody else is. */
  readonly ended?: (name: string, state: TaskState) => void
}

export interface RunResult {
  readonly outcome: Outcome
  readonly states: ReadonlyMap<string, TaskState>
}
