import { resolveGraph } from '../../tasks/engine/graph.ts'
import type { AnyParams, Task } from '../../tasks/engine/task.ts'
import { readTaskfile } from '../../tasks/engine/taskfile.ts'
import { planOf } from './engine/rig.ts'

/** What a task makes of the words that follow its name; needs and what they would do are left out. */
export async function readParams(
  task: Task,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<AnyParams> {
  const alone: Task = { ...task, needs: () => ({}) }
  const { steps } = await planOf(resolveGraph(readTaskfile('Taskfile.ts', { alone })), ['alone', ...words], {
    environment,
  })
  return steps[0]?.params ?? {}
}
