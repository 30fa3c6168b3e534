import { Run } from './running/run.ts'
import type { RunOptions, RunResult } from './running/run-options.ts'

/**
 * Runs a plan, as wide as `jobs` allows. At the first failure the tasks that run are aborted and no other starts, or
 * with `keepGoing` none of those that need it. Resolves when all processes of all tasks have ended.
 */
export async function runPlan(options: RunOptions): Promise<RunResult> {
  return new Run(options).finish()
}
