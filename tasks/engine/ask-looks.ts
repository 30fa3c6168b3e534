import type { Graph } from './graph.ts'
import type { Plan } from './plan.ts'
import type { Look, LookPlace } from './task.ts'

/** How long one look may take, in milliseconds. */
const deadline = 2_000

/**
 * What the tasks of a plan tell of themselves, by name. All are asked side by side. A look that throws or takes too long
 * says so in its line: a plan is asked for where something is wrong, too.
 */
export async function askLooks(
  graph: Graph,
  plan: Plan,
  at: LookPlace,
  deadlineMs = deadline,
): Promise<ReadonlyMap<string, string>> {
  const told = await Promise.all(
    plan.steps.map(async ({ name }): Promise<[string, string][]> => {
      const look = graph.get(name)?.task.options.look
      const line = look && (await within(look, at, deadlineMs))
      return line === undefined ? [] : [[name, line]]
    }),
  )
  return new Map(told.flat())
}

async function within(look: Look, at: LookPlace, deadlineMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>(resolve => {
    timer = setTimeout(() => resolve(`not known: no answer within ${deadlineMs / 1000} s`), deadlineMs)
  })
  try {
    return await Promise.race([(async () => look(at))(), late])
  } catch (error) {
    return `fails: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    clearTimeout(timer)
  }
}
