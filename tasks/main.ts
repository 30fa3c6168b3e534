/**
 * The command line of the task engine: the edge where the process, its streams and its signals are. Start-up is what
 * users wait for most often, so whatever only a run needs is imported when there is one.
 */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../lib/user-error.ts'
import { type Beginning, readBeginning, readTargets } from './engine/command-line.ts'
import type { Graph } from './engine/graph.ts'
import { findTaskfile, loadTaskfile } from './engine/load-taskfile.ts'
import type { Plan } from './engine/plan.ts'
import type { Taskfile } from './engine/taskfile.ts'
import { listJson, listText, planText, taskHelp, usageText } from './reporters/listing.ts'
import { createStyle, type Style, wantsColor } from './reporters/style.ts'

const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)))
const ownTaskfile = join(packageRoot, 'Taskfile.ts')
const { stdout, stderr } = process

/** A mistake on the command line, as opposed to one in the Taskfile or in the world. */
const usageCode = 2

async function main(argv: readonly string[]): Promise<number> {
  // What reads our output may go away; the run is then cancelled, and a listing is simply over.
  stdout.on('error', () => {})
  stderr.on('error', () => {})
  let beginning: Beginning
  try {
    beginning = readBeginning(argv)
  } catch (error) {
    return explain(error, usageCode)
  }
  const { flags, rest } = beginning
  const color = (stream: { isTTY?: boolean }) => flags.color && wantsColor(process.env, stream)
  const style = createStyle(color(stdout))
  if (flags.version) return print(`${version()}\n`)
  const wantsHelp = rest.length === 0 && !flags.list
  if (wantsHelp) print(usageText(style))
  const path =
    flags.taskfile === undefined ? (findTaskfile(process.cwd()) ?? ownTaskfile) : resolve(flags.taskfile)
  let taskfile: Taskfile
  try {
    taskfile = await loadTaskfile(path)
  } catch (error) {
    return explain(error, 1)
  }
  if (wantsHelp) return print(`\n${style.bold('Tasks:')}\n${listText(taskfile, style)}`)
  return command(beginning, taskfile, style, createStyle(color(stderr)))
}

async function command(
  beginning: Beginning,
  taskfile: Taskfile,
  style: Style,
  errorStyle: Style,
): Promise<number> {
  let code = usageCode
  let graph: Graph | undefined
  try {
    const takesArguments = (name: string) => taskfile.tasks.get(name)?.args !== undefined
    const { flags, targets } = readTargets(beginning, takesArguments)
    if (flags.list) return print(flags.json ? listJson(taskfile) : listText(taskfile, style))
    const { resolveGraph } = await import('./engine/graph.ts')
    const { makePlan } = await import('./engine/plan.ts')
    const { environmentOf, readArguments } = await import('./engine/arguments.ts')
    code = 1
    graph = resolveGraph(taskfile)
    // A name on the command line is the user's; a wrong one inside the Taskfile is not.
    if (targets.some(({ name }) => !graph?.has(name))) code = usageCode
    const plan = makePlan(graph, targets)
    const [last] = targets.slice(-1)
    const asked = graph.get(last?.name ?? '')
    if (flags.help && asked !== undefined) return print(taskHelp(asked.name, asked.task, style))
    code = usageCode
    const args = readArguments(graph, plan)
    const environment = environmentOf(graph, plan)
    const jobs = flags.jobs ?? (await import('node:os')).availableParallelism()
    code = 1
    const root = dirname(taskfile.path)
    if (flags.plan) {
      const { askLooks } = await import('./engine/ask-looks.ts')
      const looks = await askLooks(graph, plan, { root, environment: { ...process.env, ...environment } })
      return await printLast(planText(plan, jobs, style, looks))
    }
    const { runTasks } = await import('./run-tasks.ts')
    return await runTasks({
      graph,
      plan,
      args,
      jobs,
      environment,
      root,
      reports: flags,
      style: errorStyle,
      commandFor: await commands(plan, flags.taskfile),
    })
  } catch (error) {
    return explain(error, code)
  }
}

/** What to type to run one task of a plan again. */
async function commands(plan: Plan, taskfile: string | undefined): Promise<(name: string) => string> {
  const { commandText } = await import('./engine/command-error.ts')
  const before = ['task', ...(taskfile === undefined ? [] : ['--taskfile', taskfile])]
  return name =>
    commandText('npx', [...before, name, ...(plan.steps.find(step => step.name === name)?.args ?? [])])
}

function version(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
  return `task ${version}, Node ${process.versions.node}`
}

function print(text: string): 0 {
  stdout.write(text)
  return 0
}

/** Prints and ends the process, which a look that was waited for in vain must not keep. */
async function printLast(text: string): Promise<never> {
  await new Promise<void>(resolve => stdout.write(text, () => resolve()))
  process.exit(0)
}

/** Prints why there is nothing to run; a bug goes on to be shown as one. */
function explain(error: unknown, code: number): number {
  if (!(error instanceof UserError)) throw error
  stderr.write(`${error.toText()}\n`)
  return code
}

process.exitCode = await main(process.argv.slice(2))
