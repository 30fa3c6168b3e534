/**
 * The command line of the task engine where all that there is to run are commands, which are known from a run with the same
 * words: runs them before the Taskfile is loaded, and without most of the program, and ends the process. Where it is not sure
 * it does nothing, and `main.ts` goes on.
 */
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { processStart } from '../lib/monotonic.ts'
import { mayBeTerminal, outputOf } from '../lib/outputs.ts'
import { programStamp } from './commands/program-stamp.ts'
import { recordedRun } from './commands/recorded-run.ts'
import { runTasks } from './commands/run-tasks.ts'
import { findTaskfile } from './engine/load-taskfile.ts'
import { openMemory } from './engine/memory/open-memory.ts'
import { noFlags } from './engine/options.ts'
import { orderPlan } from './engine/order-steps.ts'
import { Masker } from './engine/secrets/masker.ts'
import { taskCommand } from './engine/task-command.ts'
import { conditionsOf } from './engine/unchanged/kept-runs.ts'
import { type KnownRun, readKnown } from './engine/unchanged/known-runs.ts'
import { defaultScreen } from './reporters/default-screen.ts'
import { createStyle, wantsColor } from './reporters/style.ts'

const words = process.argv.slice(2)

/** The run that these words mean, and the Taskfile that declares it. */
function known(): { readonly taskfile: string; readonly run: KnownRun } | undefined {
  const taskfile = findTaskfile(process.cwd())
  const program = programStamp(processStart())
  if (taskfile === undefined || program === undefined) return undefined
  // The tree draws itself anew, which takes more than there is here.
  const screen = defaultScreen(process.env, { isTTY: mayBeTerminal(2) && outputOf('stderr').isTTY })
  if (screen !== 'plain') return undefined
  const conditions = conditionsOf({ taskfile, words, program, process })
  const run = readKnown({ kind: 'commands', taskfile, words }, conditions)
  return run && { taskfile, run }
}

/** As `oneRun` does where nothing can be up to date. */
async function run(taskfile: string, { flags, graph, plan }: KnownRun): Promise<never> {
  const memory = openMemory(taskfile)
  const jobs = flags.jobs ?? availableParallelism()
  const steps = new Map(plan.steps.map(step => [step.name, step]))
  return runTasks(new Masker(), edge =>
    recordedRun(
      {
        ...{ graph, memory, words, jobs, root: dirname(taskfile), environment: { ...process.env } },
        plan: orderPlan(plan, names => memory.durations(names), new Set()),
        flags: { ...noFlags, ...flags },
        style: createStyle(flags.color && wantsColor(process.env, outputOf('stderr'))),
        commandFor: name => taskCommand(name, steps.get(name)),
        isTraceless: false,
        keepsResult: () => true,
        ended: () => {},
      },
      edge,
    ),
  )
}

const found = known()
if (found !== undefined) await run(found.taskfile, found.run)
