import { UserError } from '../../../lib/user-error.ts'
import { foresee } from '../../engine/foresee.ts'
import { nodeOf } from '../../engine/graph.ts'
import type { FileChange } from '../../engine/watching/stale-tasks.ts'
import type { Setting } from '../one-run.ts'

/**
 * Says of tasks whether they would run since files among their inputs have changed: not where those are as they were when
 * the task ran last. Writes nothing; the workplace of the setting is closed.
 */
export async function wouldRun({
  graph,
  plan,
  workplace,
  flags: { force },
}: Setting): Promise<(name: string, changes: readonly FileChange[]) => boolean> {
  try {
    const { verdicts } = await foresee({ graph, plan, environment: process.env, workplace, force })
    return (name, changes) => {
      const verdict = verdicts.get(name)?.kind
      if (verdict !== 'unknown') return verdict !== 'up-to-date'
      // It depends on what it needs alone, where its inputs can be told already.
      const isTold = Array.isArray(nodeOf(graph, name).task.options.inputs)
      return !isTold || changes.some(({ removed }) => removed)
    }
  } catch (error) {
    if (error instanceof UserError) return () => true // the run will tell
    throw error
  } finally {
    workplace[Symbol.dispose]()
  }
}
