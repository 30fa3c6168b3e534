import { processStart } from '../../lib/monotonic.ts'
import { type Beginning, readTargets } from '../engine/command-line.ts'
import { type Graph, resolveGraph } from '../engine/graph.ts'
import type { Flags } from '../engine/options.ts'
import type { ParamReader } from '../engine/params/param-reader.ts'
import { environmentOf, meantTargets, withParams } from '../engine/params/plan-params.ts'
import { makePlan, type Plan, unknownTask } from '../engine/plan.ts'
import type { Taskfile } from '../engine/taskfile.ts'
import { Workplace } from '../engine/workplace.ts'
import { paramReader } from './param-reader.ts'
import { usageCode } from './usage-code.ts'

/** Who is to blame for what is thrown now, as an exit code. */
export interface Blame {
  code: number
}

export interface ReadRun {
  readonly flags: Flags
  readonly graph: Graph
  readonly reader: ParamReader
  readonly workplace: Workplace
  /** The last task that was named: the one that help is wanted for. */
  readonly asked: string | undefined
  /** Made when it is asked for, for `--list` and `--help` do without one. */
  plan(): Promise<Planned>
}

export interface Planned {
  readonly plan: Plan
  /** What the parameters add to the environment. */
  readonly environment: Readonly<Record<string, string>>
}

/** Reads a command line with the Taskfile at hand. Runs nothing, and writes nothing. */
export async function readRun(beginning: Beginning, taskfile: Taskfile, blame: Blame): Promise<ReadRun> {
  blame.code = 1
  const graph = resolveGraph(taskfile)
  const workplace = new Workplace({
    taskfile: taskfile.path,
    now: Date.now,
    processStart: processStart(),
  })
  const reader = paramReader(taskfile, workplace)
  blame.code = usageCode
  const { flags, targets } = await readTargets(beginning, async name => {
    const node = graph.get(name)
    if (node === undefined) throw unknownTask(graph, name)
    // What is wrong with a declaration is the Taskfile's fault, all else that is read here the user's.
    blame.code = 1
    const declarations = await reader.declarations(node)
    blame.code = usageCode
    return declarations
  })
  blame.code = 1
  return {
    flags,
    graph,
    reader,
    workplace,
    asked: targets.at(-1)?.name,
    plan: async () => {
      blame.code = usageCode
      const meant = await meantTargets(graph, targets, reader)
      blame.code = 1
      const whole = makePlan(graph, meant)
      blame.code = usageCode
      const plan = await withParams(graph, whole, reader)
      const environment = environmentOf(graph, plan)
      blame.code = 1
      return { plan, environment }
    },
  }
}
