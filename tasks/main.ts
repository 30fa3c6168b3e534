/**
 * The command line of the task engine: the edge where the process, its streams and its signals are. Start-up is what
 * users wait for most often, so whatever only a run needs is imported when there is one.
 */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Output, outputOf } from '../lib/outputs.ts'
import { UserError } from '../lib/user-error.ts'
import { usageCode } from './commands/usage-code.ts'
import { takeRestarts } from './commands/watch/restarts.ts'
import { type Beginning, readBeginning } from './engine/command-line.ts'
import { findTaskfile, loadTaskfile } from './engine/load-taskfile.ts'
import { type SubcommandName, subcommandNames } from './engine/names.ts'
import type { Taskfile } from './engine/taskfile.ts'
import { createStyle, type Style, wantsColor } from './reporters/style.ts'

const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)))
const ownTaskfile = join(packageRoot, 'Taskfile.ts')
const stdout = outputOf('stdout')
const stderr = outputOf('stderr')

interface Styles {
  readonly out: Style
  readonly error: Style
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === '--complete') return (await import('./commands/complete.ts')).complete(argv.slice(1))
  let beginning: Beginning
  try {
    beginning = readBeginning(argv)
  } catch (error) {
    return explain(error, usageCode)
  }
  const { flags, rest } = beginning
  const styleFor = (output: Output) => createStyle(flags.color && wantsColor(process.env, output))
  const styles: Styles = { out: styleFor(stdout), error: styleFor(stderr) }
  if (flags.version) return print(`${version()}\n`)
  const path =
    flags.taskfile === undefined ? (findTaskfile(process.cwd()) ?? ownTaskfile) : resolve(flags.taskfile)
  const subcommand = subcommandNames.find(name => name === rest[0])
  if (subcommand !== undefined) return runSubcommand(subcommand, beginning, path, styles)
  const wantsHelp = rest.length === 0 && !flags.list
  if (wantsHelp) print((await import('./reporters/usage-text.ts')).usageText(styles.out))
  const restarts = takeRestarts(process.env)
  const taskfiles: string[] = []
  /** A watch that goes on in this process waits for what is broken to be repaired. */
  const explainOrWait = async (error: unknown, code: number): Promise<number> => {
    if (restarts === undefined || !(error instanceof UserError)) return explain(error, code)
    return (await import('./commands/watch/wait-for-repair.ts')).waitForRepair({ error, path, taskfiles })
  }
  const mayBeKnown = rest.length > 0 && !flags.list && flags.taskfile === undefined && restarts === undefined
  try {
    if (mayBeKnown) await (await import('./commands/run-known.ts')).runKnown(path, argv)
  } catch (error) {
    return explain(error, 1)
  }
  let taskfile: Taskfile
  try {
    taskfile = await loadTaskfile(path, taskfiles)
  } catch (error) {
    return explainOrWait(error, 1)
  }
  if (wantsHelp || (flags.list && rest.length === 0 && !flags.json)) {
    const { listText } = await import('./reporters/listing.ts')
    if (wantsHelp) print(`\n${styles.out.bold('Tasks:')}\n`)
    return print(listText(taskfile, styles.out))
  }
  const blame = { code: 1 }
  try {
    const { runNamed } = await import('./commands/run-named.ts')
    return await runNamed({ beginning, taskfile, styles, words: argv, blame, stdout, restarts })
  } catch (error) {
    return explainOrWait(error, blame.code)
  }
}

async function runSubcommand(
  name: SubcommandName,
  beginning: Beginning,
  path: string,
  styles: Styles,
): Promise<number> {
  const { out } = styles
  const blame = { code: usageCode }
  try {
    const { subcommands } = await import('./engine/subcommands.ts')
    const { readSubcommand } = await import('./engine/read-subcommand.ts')
    const { commands } = await import('./commands/table.ts')
    const subcommand = subcommands.find(known => known.name === name)
    if (subcommand === undefined) throw new Error(`a subcommand that is not declared: ${name}`)
    const { flags, values } = readSubcommand(subcommand, beginning)
    if (flags.help) return print((await import('./reporters/usage-text.ts')).subcommandHelp(subcommand, out))
    const load = commands[name]
    if (load === undefined) throw new UserError(`task ${name} is not there yet`)
    const command = await load()
    blame.code = 1
    const taskfile = () => loadTaskfile(path)
    const graph = async () => (await import('./engine/graph.ts')).resolveGraph(await taskfile())
    return await command({
      path,
      taskfile,
      graph,
      words: beginning.rest.slice(1),
      values,
      flags,
      style: out,
      styles,
      blame,
      stdout: text => stdout.write(text),
      stderr: text => stderr.write(text),
    })
  } catch (error) {
    return explain(error, blame.code)
  }
}

function version(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
  return `task ${version}, Node ${process.versions.node}`
}

function print(text: string): 0 {
  stdout.write(text)
  return 0
}

/** Prints why there is nothing to run; a bug goes on to be shown as one. */
function explain(error: unknown, code: number): number {
  if (!(error instanceof UserError)) throw error
  stderr.write(`${error.toText()}\n`)
  return code
}

process.exitCode = await main(process.argv.slice(2))
await stdout.flushed()
await stderr.flushed()
// Saves the time to take down what ends with the process in any case, and what a Taskfile has left open keeps nobody waiting.
process.exit()
