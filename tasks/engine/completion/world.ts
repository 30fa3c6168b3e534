import type { Candidate } from '../../../lib/completion/completion.ts'
import type { RunOutcome } from '../memory/history.ts'
import type { ParamDeclaration } from '../params/declaration.ts'

export interface KnownRun {
  readonly id: string
  readonly outcome: RunOutcome
  readonly words: readonly string[]
}

/**
 * What completing may ask for, each thing only where it matters. `taskfile` is the value of `--taskfile`. Where there is
 * no Taskfile, or one that cannot be loaded, nothing is known, and nothing is thrown.
 */
export interface World {
  tasks(taskfile: string | undefined): Promise<readonly Candidate[]>
  /** Of a task; empty where there is no such task. */
  paramsOf(name: string, taskfile: string | undefined): Promise<readonly ParamDeclaration[]>
  /** Newest first. */
  runs(taskfile: string | undefined): Promise<readonly KnownRun[]>
  /** How many tasks this machine runs at once. */
  readonly processors: number
}
