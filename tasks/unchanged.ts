/**
 * The command line of the task engine where nothing has changed since a run with the same words: found out before the
 * Taskfile is loaded, and before most of the program is. Says what a run would say, writes down that there was one, and ends
 * the process. Where it is not sure it does nothing, and `main.ts` goes on.
 */
import { dirname, join } from 'node:path'
import { monotonicMs, processStart } from '../lib/monotonic.ts'
import { mayBeTerminal, outputOf } from '../lib/outputs.ts'
import { programStamp } from './commands/program-stamp.ts'
import type { EngineEvent } from './engine/events.ts'
import { FileTable } from './engine/files/file-table.ts'
import { FoundFiles } from './engine/files/task-inputs.ts'
import { TaskSources } from './engine/freshness/task-sources.ts'
import { findTaskfile } from './engine/load-taskfile.ts'
import { RunHistory } from './engine/memory/history.ts'
import type { Memory } from './engine/memory/memory.ts'
import { openMemory } from './engine/memory/open-memory.ts'
import type { TaskState } from './engine/state.ts'
import { environmentDigest } from './engine/unchanged/environment-digest.ts'
import { conditionsOf, readKeptRun } from './engine/unchanged/kept-runs.ts'
import { hasSameFiles, type KeptRun, type UnchangedRun } from './engine/unchanged/unchanged-run.ts'
import { defaultScreen } from './reporters/default-screen.ts'
import { runName } from './reporters/log-files.ts'
import { plainRenderer } from './reporters/plain.ts'
import { stillTreeRenderer } from './reporters/still-tree.ts'
import { createStyle, wantsColor } from './reporters/style.ts'

const began = monotonicMs()
const startedAt = Date.now()
const engineDirectory = join(import.meta.dirname, 'engine')

/** Whether it has said all that there is to say. */
function main(words: readonly string[]): boolean {
  const taskfile = findTaskfile(process.cwd())
  if (taskfile === undefined) return false
  const kept = readKeptRun({ taskfile, words })
  if (kept === undefined) return false
  let tells = false
  try {
    return isUnchanged({ taskfile, words, kept }, (screen, memory) => {
      tells = true
      tell(kept.run, screen, words, memory)
    })
  } catch (error) {
    if (tells) throw error
    return false // what was kept is damaged, perhaps: a run keeps it anew
  }
}

interface Kept {
  readonly taskfile: string
  readonly words: readonly string[]
  readonly kept: KeptRun
}

/** Whether nothing has changed; `tell` is called then. */
function isUnchanged(
  { taskfile, words, kept }: Kept,
  tell: (screen: 'plain' | 'tree', memory: Memory) => void,
): boolean {
  const { run } = kept
  const program = programStamp(processStart())
  if (program === undefined) return false
  if (run.conditions !== conditionsOf({ taskfile, words, program, process })) return false
  if (run.environment.some(([name, digest]) => environmentDigest(process.env[name]) !== digest)) return false
  const files = new FileTable(dirname(taskfile), Date.now)
  if (!hasSameFiles(kept, new FoundFiles(files))) return false
  // Asked of a stream only where it may be one: to load that takes as long as all of this.
  const screen = defaultScreen(process.env, { isTTY: mayBeTerminal(2) && outputOf('stderr').isTTY })
  if (screen !== 'plain' && screen !== 'tree') return false
  using memory = openMemory(taskfile)
  if (!isOfSameSources(run, files, memory)) return false
  // Last of all: whoever makes something anew writes that down before a file changes.
  memory.watchChanges()
  if (!memory.isOpen || memory.changes?.first !== run.changes) return false
  tell(screen, memory)
  return true
}

/** Another installation may have put another package in the place of one that a Taskfile imports. */
function isOfSameSources({ sources }: UnchangedRun, files: FileTable, memory: Memory): boolean {
  if (sources === undefined) return true
  const now = new TaskSources({ files, memory, engineDirectory, processStart: processStart() })
  return now.identityOf(sources.taskfiles) === sources.identity
}

/** As a run does. */
function tell(
  { targets, names, color }: UnchangedRun,
  screen: 'plain' | 'tree',
  words: readonly string[],
  memory: Memory,
): void {
  const stderr = outputOf('stderr')
  const style = createStyle(color && wantsColor(process.env, stderr))
  const renderer =
    screen === 'tree'
      ? stillTreeRenderer(style)
      : plainRenderer({ style, prints: false, commandFor: String, logFileOf: () => undefined })
  const report = (event: EngineEvent) => stderr.write(renderer.take(event))
  const at = startedAt
  const run = runName(at, process.pid)
  const steps = names.map(name => ({ name, describe: '', needs: [], words: [], rest: [], params: {} }))
  report({ type: 'run-started', run, plan: { targets, steps }, jobs: 1, at })
  memory.beginWriting()
  const history = new RunHistory({
    ...{ memory, id: run, words, startedAt: at },
    keepsResult: () => false,
    errorLine: String,
  })
  for (const name of names) {
    history.ended(name, upToDate)
    report({ type: 'task-up-to-date', name, at })
  }
  history.finish('succeeded', Date.now())
  for (const trouble of memory.takeTroubles()) report({ type: 'run-trouble', trouble, at })
  report({ type: 'run-finished', outcome: 'succeeded', durationMs: monotonicMs() - began, at: Date.now() })
}

const upToDate: TaskState = { kind: 'succeeded', how: 'up-to-date', durationMs: 0, result: undefined }

if (main(process.argv.slice(2))) {
  await outputOf('stderr').flushed()
  process.exit(0)
}
