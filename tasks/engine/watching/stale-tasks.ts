import type { Plan } from '../plan.ts'
import type { Turn } from '../running/watching.ts'

/** A change of a file, by the file system's own time where there is one, in milliseconds since 1970. */
export interface FileChange {
  readonly path: string
  readonly at: number
  readonly removed: boolean
}

/** So long after a run was over its last changes may be noticed. */
export const noticedWithinMs = 300

/** The clock that stamps files may lag behind ours by this. */
export const granularityMs = 12

export interface Owner {
  readonly task: string
  /** Whether a file is among the outputs of the task. */
  readonly makes: (path: string) => boolean
}

export interface RunState {
  /** Of the tasks that were judged, in this run or the last one. */
  readonly turns: ReadonlyMap<string, Turn>
  readonly owners: readonly Owner[]
  readonly tasksOf: (path: string) => readonly string[]
  /** Whether the change may have come while the run went on. */
  readonly inRun: boolean
}

/**
 * The tasks that were judged before a file among their inputs changed. One that was not judged yet will see the change by
 * itself; where the run is over without having come to it, it may be what somebody is about to set right. What another task of the run makes is made before those begin that need it; a task that removes what
 * it made before does so at a time that nobody knows, and that is no change of its own.
 */
export function tasksTouchedBy(
  { path, at, removed }: FileChange,
  { turns, owners, tasksOf, inRun }: RunState,
): readonly string[] {
  const makers = owners.filter(({ makes }) => makes(path)).map(({ task }) => task)
  return tasksOf(path).filter(name => {
    const turn = turns.get(name)
    if (turn === undefined) return !inRun
    const others = makers.some(maker => maker !== name)
    if (removed) return !(others && inRun)
    return at >= turn.began - (others ? 0 : granularityMs)
  })
}

/** These tasks and all that need them, in the order of the plan. */
export function withDependents({ steps }: Plan, names: Iterable<string>): readonly string[] {
  const stale = new Set(names)
  const dependents = new Map<string, string[]>()
  for (const { name, needs } of steps)
    for (const need of needs) dependents.set(need.name, [...(dependents.get(need.name) ?? []), name])
  for (const name of stale) for (const dependent of dependents.get(name) ?? []) stale.add(dependent)
  return steps.map(({ name }) => name).filter(name => stale.has(name))
}
