import { outputOf } from '../../lib/outputs.ts'
import type { Sentinel } from '../../lib/processes/sentinel.ts'
import type { Termination } from '../../lib/processes/termination.ts'
import { confirmBy } from '../engine/confirm.ts'
import type { EngineEvent } from '../engine/events.ts'
import { RunHistory, type RunningOptions } from '../engine/memory/history.ts'
import type { Memory } from '../engine/memory/memory.ts'
import type { Flags } from '../engine/options.ts'
import { runPlan } from '../engine/run-plan.ts'
import type { RunOptions, RunResult } from '../engine/running/run-options.ts'
import { maskEvent } from '../engine/secrets/mask-event.ts'
import type { Masker } from '../engine/secrets/masker.ts'
import type { Outcome } from '../engine/state.ts'
import { createReporters } from '../reporters/create-reporters.ts'
import { reasonLines } from '../reporters/failure.ts'
import { runName } from '../reporters/log-files.ts'
import type { Style } from '../reporters/style.ts'

/** What outlives one run. */
export interface Edge {
  readonly termination: Termination
  readonly sentinel: Sentinel
  /** Knows the secrets of the tasks. */
  readonly masker: Masker
}

/** A plan and how it is run, as the command line says it. */
export interface RecordedRun
  extends Pick<
    RunOptions,
    'graph' | 'plan' | 'jobs' | 'root' | 'environment' | 'freshness' | 'resumed' | 'watching'
  > {
  readonly flags: Pick<Flags, 'reporters' | 'trace' | 'summary' | 'keepGoing' | 'yes'>
  readonly memory: Memory
  /** As typed after `task`, for the history. */
  readonly words: readonly string[]
  readonly style: Style
  readonly commandFor: (name: string) => string
  /** It leaves no trace, not even that there was one. */
  readonly isTraceless: boolean
  readonly keepsResult: RunningOptions['keepsResult']
  /** Keeps what the next run wants to know of this one, before the memory is closed. */
  readonly ended: (states: RunResult['states']) => Promise<void> | void
}

export interface RunEnd {
  readonly outcome: Outcome
  /** A report that was asked for could not be written. */
  readonly unreported: boolean
}

/** Runs a plan with its reporters and its place in the history. Throws a UserError for a report that cannot be written. */
export async function recordedRun(
  { flags, memory, words, style, commandFor, isTraceless, keepsResult, ended, ...options }: RecordedRun,
  { termination, sentinel, masker }: Edge,
): Promise<RunEnd> {
  const { root, watching } = options
  const id = runName(Date.now(), process.pid)
  const reporter = await createReporters({
    reports: flags,
    root,
    run: id,
    style,
    commandFor: name => masker.mask(commandFor(name)),
    stdout: outputOf('stdout'),
    stderr: outputOf('stderr'),
    process,
    now: Date.now,
    withoutLogs: isTraceless,
    signal: termination.signal,
  })
  if (!isTraceless) memory.beginWriting()
  const history = new RunHistory({
    memory,
    id,
    words: words.map(word => masker.mask(word)),
    startedAt: Date.now(),
    keepsResult,
    errorLine: error => masker.mask(reasonLines(error)[0] ?? ''),
  })
  const emit = (event: EngineEvent) => {
    if (event.type === 'task-started' || event.type === 'task-restored') history.why(event.name, event.why)
    reporter.report(maskEvent(masker, event))
    for (const trouble of memory.takeTroubles())
      reporter.report({ type: 'run-trouble', trouble, at: Date.now() })
  }
  const { outcome, states } = await runPlan({
    ...options,
    id,
    keepGoing: flags.keepGoing,
    confirm: exec => confirmBy(exec, flags.yes),
    masker,
    now: Date.now,
    signal: termination.signal,
    urgent: termination.urgent,
    sentinel,
    ended: (name, state) => history.ended(name, state),
    emit,
  })
  // It leaves while the rest is done; a watch goes on with it.
  if (watching === undefined) sentinel.dismiss()
  history.finish(outcome, Date.now())
  await ended(states)
  for (const trouble of memory.takeTroubles())
    reporter.report({ type: 'run-trouble', trouble, at: Date.now() })
  memory.close()
  const { failed, lines } = await reporter.close()
  for (const line of lines) outputOf('stderr').write(`${line}\n`)
  return { outcome, unreported: failed }
}
