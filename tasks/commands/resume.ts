import { outputOf } from '../../lib/outputs.ts'
import { UserError } from '../../lib/user-error.ts'
import { readBeginning } from '../engine/command-line.ts'
import { type PastRun, pastRuns, resultsOf } from '../engine/memory/history.ts'
import type { Memory } from '../engine/memory/memory.ts'
import { openMemory } from '../engine/memory/open-memory.ts'
import { mask } from '../engine/secrets/masker.ts'
import type { Command } from './command.ts'
import { runNamed } from './run-named.ts'

/**
 * `task resume [RUN]`: the same command line again, and what succeeded in that run is not run again: what is up to date
 * by its fingerprint, all else because its result is remembered.
 */
export const resume: Command = async ({ path, taskfile, values, styles, blame }) => {
  const { run, resumed } = readPast(path, values.run === undefined ? undefined : String(values.run))
  const beginning = readBeginning(run.words)
  return runNamed({
    // What was forced has run since.
    beginning: { ...beginning, flags: { ...beginning.flags, force: false } },
    taskfile: await taskfile(),
    styles,
    words: run.words,
    blame,
    stdout: outputOf('stdout'),
    resumed,
  })
}

function readPast(path: string, id: string | undefined) {
  using memory = openMemory(path)
  const run = runToResume(memory, id)
  if (run.words.some(word => word.includes(mask)))
    throw new UserError(`the run ${run.id} was given a secret, which is not remembered`, {
      fix: 'type its command line again',
    })
  return { run, resumed: resultsOf(memory, run.id) }
}

function runToResume(memory: Memory, id: string | undefined): PastRun {
  const all = pastRuns(memory)
  const run =
    id === undefined ? all.find(({ outcome }) => outcome !== 'running') : all.find(known => known.id === id)
  if (run === undefined)
    throw new UserError(id === undefined ? 'no run is remembered' : `no run ${id} is remembered`, {
      fix: id === undefined ? undefined : 'see task runs',
    })
  switch (run.outcome) {
    case 'succeeded':
      throw new UserError(`the run ${run.id} has succeeded: there is nothing to resume`, {
        fix: id === undefined ? 'name another one: task runs shows them' : undefined,
      })
    case 'running':
      throw new UserError(`the run ${run.id} is not over`)
    case 'failed':
    case 'cancelled':
    case 'killed':
      return run
  }
}
