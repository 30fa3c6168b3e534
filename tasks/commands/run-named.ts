import type { Output } from '../../lib/outputs.ts'
import type { Beginning } from '../engine/command-line.ts'
import type { Graph } from '../engine/graph.ts'
import type { Flags } from '../engine/options.ts'
import type { ParamReader } from '../engine/params/param-reader.ts'
import { environmentOf } from '../engine/params/plan-params.ts'
import type { Plan } from '../engine/plan.ts'
import type { Taskfile } from '../engine/taskfile.ts'
import type { Style } from '../reporters/style.ts'
import type { Setting } from './one-run.ts'
import { type Blame, readRun } from './read-run.ts'

export interface Naming {
  readonly beginning: Beginning
  readonly taskfile: Taskfile
  readonly styles: { readonly out: Style; readonly error: Style }
  /** All of the command line, for the history. */
  readonly words: readonly string[]
  readonly blame: Blame
  readonly stdout: Pick<Output, 'write' | 'flushed'>
  /** Results of the run that this one resumes. */
  readonly resumed?: Setting['resumed']
  /** Of a watch that goes on in this process: see `takeRestarts`. */
  readonly restarts?: number | undefined
}

/** Runs what was named, or shows what was asked about it. Returns the exit code, if it returns. */
export async function runNamed(naming: Naming): Promise<number> {
  const { beginning, taskfile, styles, words, blame, stdout, resumed } = naming
  const print = (text: string): 0 => {
    stdout.write(text)
    return 0
  }
  const read = await readRun(beginning, taskfile, blame)
  const { flags, graph, reader, workplace, asked } = read
  if (flags.list) return print(await list(graph, taskfile, flags, reader, styles.out))
  const node = graph.get(asked ?? '')
  if (flags.help && node !== undefined) {
    const { taskHelp } = await import('../reporters/usage-text.ts')
    return print(taskHelp(node, await reader.declarations(node), styles.out))
  }
  const { plan, environment } = await read.plan()
  const jobs = flags.jobs ?? (await import('node:os')).availableParallelism()
  if (flags.plan) {
    const { showPlan } = await import('./show-plan.ts')
    const { maskerOf } = await import('./one-run.ts')
    const masker = maskerOf(graph, plan)
    const { force, only } = flags
    const text = await showPlan({ graph, plan, environment, workplace, jobs, force, only, style: styles.out })
    // Ends the process, which a look that was waited for in vain must not keep.
    stdout.write(masker.mask(text))
    await stdout.flushed()
    process.exit(0)
  }
  const setting: Setting = {
    graph,
    plan,
    workplace,
    flags,
    taskfiles: taskfile.files ?? [taskfile.path],
    jobs,
    environment,
    words,
    style: styles.error,
    commandFor: await commandsOf({ graph, plan, taskfile: flags.taskfile, environment }),
    ...(resumed !== undefined && { resumed }),
  }
  if (flags.watch) {
    const { watch } = await import('./watch/watch.ts')
    const again = async () => {
      const read = await readRun(beginning, taskfile, blame)
      return { ...setting, workplace: read.workplace, ...(await read.plan()) }
    }
    const { restarts } = naming
    return await watch({ first: setting, again, taskfiles: setting.taskfiles, restarts })
  }
  const { runTasks } = await import('./run-tasks.ts')
  const { maskerOf, oneRun } = await import('./one-run.ts')
  Object.assign(process.env, environment)
  return await runTasks(maskerOf(graph, plan), edge => oneRun(setting, edge))
}

async function list(
  graph: Graph,
  taskfile: Taskfile,
  flags: Flags,
  reader: ParamReader,
  style: Style,
): Promise<string> {
  const { listJson, listText } = await import('../reporters/listing.ts')
  if (!flags.json) return listText(taskfile, style)
  const params = new Map<string, Awaited<ReturnType<ParamReader['declarations']>>>()
  for (const name of taskfile.tasks.keys()) {
    const node = graph.get(name)
    if (node !== undefined) params.set(name, await reader.declarations(node))
  }
  return listJson(taskfile, params)
}

/** What to type to run one task of a plan again. */
export async function commandsOf({
  graph,
  plan,
  taskfile,
  environment,
}: Typed): Promise<(name: string) => string> {
  const { taskCommand } = await import('../engine/task-command.ts')
  const options = taskfile === undefined ? [] : ['--taskfile', taskfile]
  return name => {
    const step = plan.steps.find(step => step.name === name)
    // What it sets itself, its own words say.
    const own = step === undefined ? {} : environmentOf(graph, { ...plan, steps: [step] })
    const others = Object.entries(environment).filter(([key, value]) => own[key] !== value)
    return taskCommand(name, step, { options, environment: Object.fromEntries(others) })
  }
}

interface Typed {
  readonly graph: Graph
  readonly plan: Plan
  readonly taskfile: string | undefined
  readonly environment: Readonly<Record<string, string>>
}
