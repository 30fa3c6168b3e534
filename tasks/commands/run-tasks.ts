import { constants } from 'node:os'
import { Sentinel } from '../../lib/processes/sentinel.ts'
import { Termination } from '../../lib/processes/termination.ts'
import { confirmBy } from '../engine/confirm.ts'
import type { EngineEvent } from '../engine/events.ts'
import { isRemembered } from '../engine/freshness/judge.ts'
import type { Graph } from '../engine/graph.ts'
import { RunHistory } from '../engine/memory/history.ts'
import type { Flags } from '../engine/options.ts'
import type { Plan } from '../engine/plan.ts'
import { handedResults, onlyLooks, prepareWork } from '../engine/prepare-work.ts'
import { runPlan } from '../engine/run-plan.ts'
import type { RunResult } from '../engine/running/run-options.ts'
import { maskEvent } from '../engine/secrets/mask-event.ts'
import { maskDeep } from '../engine/secrets/mask-values.ts'
import { Masker } from '../engine/secrets/masker.ts'
import { secretsOf } from '../engine/secrets/secrets-of.ts'
import type { Workplace } from '../engine/workplace.ts'
import { createReporters } from '../reporters/create-reporters.ts'
import { reasonLines } from '../reporters/failure.ts'
import { runName } from '../reporters/log-files.ts'
import type { Style } from '../reporters/style.ts'

export interface Setting {
  readonly graph: Graph
  readonly plan: Plan
  readonly workplace: Workplace
  readonly flags: Flags
  readonly jobs: number
  /** What the command line adds to this process's environment, where tasks and the commands they start find it. */
  readonly environment: Readonly<Record<string, string>>
  /** As typed after `task`, for the history. */
  readonly words: readonly string[]
  /** Results that an earlier run left, which this one resumes. */
  readonly resumed?: ReadonlyMap<string, { readonly result: unknown }>
  readonly style: Style
  readonly commandFor: (name: string) => string
}

/**
 * Runs a plan with this process's streams, environment and signals, and ends the process with the code of the outcome:
 * tasks run in this process, and what they left open must not keep it. Throws a UserError for what stands in the way of
 * the run, before anything has run.
 */
export async function runTasks(setting: Setting): Promise<never> {
  const { graph, plan, workplace, flags, jobs, environment, words, style, commandFor } = setting
  const { root, memory } = workplace
  using termination = new Termination()
  await using sentinel = new Sentinel()
  Object.assign(process.env, environment)
  const masker = maskerOf(graph, plan)
  const judge = await prepareWork({ graph, plan, environment: process.env, workplace, force: flags.force })
  const resumed = setting.resumed ?? (flags.only ? handedResults(graph, plan, workplace) : undefined)
  const id = runName(Date.now(), process.pid)
  const reporter = await createReporters({
    reports: flags,
    root,
    run: id,
    style,
    commandFor,
    process,
    now: Date.now,
  })
  if (!onlyLooks(graph, plan)) memory.beginWriting()
  const holdsSecret = (value: unknown) => !masker.empty && !isSame(value, maskDeep(masker, value))
  const history = new RunHistory({
    memory,
    id,
    words: words.map(word => masker.mask(word)),
    startedAt: Date.now(),
    keepsResult: (name, result) => !isRememberedIn(graph, name) && !holdsSecret(result),
    errorLine: error => masker.mask(reasonLines(error)[0] ?? ''),
  })
  const emit = (event: EngineEvent) => {
    if (event.type === 'task-started' || event.type === 'task-restored') history.why(event.name, event.why)
    reporter.report(maskEvent(masker, event))
    for (const trouble of memory.takeTroubles())
      reporter.report({ type: 'run-trouble', trouble, at: Date.now() })
  }
  // A task may wait for nothing but its signal, which alone does not keep a process.
  setInterval(() => {}, 2 ** 30)
  let stray: { readonly error: unknown } | undefined
  // Thrown by a task outside of its promise: a failure of the run, but its processes have to be ended all the same.
  const straying = (error: unknown) => {
    stray ??= { error }
    termination.request(error)
  }
  process.on('uncaughtException', straying)
  process.on('unhandledRejection', straying)
  process.stdout.on('error', () => termination.request('SIGPIPE'))
  const { outcome } = await runPlan({
    graph,
    plan,
    id,
    jobs,
    root,
    environment: process.env,
    keepGoing: flags.keepGoing,
    confirm: exec => confirmBy(exec, flags.yes),
    masker,
    freshness: workplace.freshness(judge, holdsSecret),
    now: Date.now,
    signal: termination.signal,
    urgent: termination.urgent,
    sentinel,
    ended: (name, state) => history.ended(name, state),
    emit,
    ...(resumed !== undefined && { resumed }),
  })
  history.finish(outcome, Date.now())
  workplace.keep()
  workplace[Symbol.dispose]()
  await sentinel[Symbol.asyncDispose]() // which `process.exit` below would not do
  const reported = await reporter.close()
  for (const line of reported.lines) process.stderr.write(`${line}\n`)
  if (stray !== undefined)
    process.stderr.write(`\nthrown outside of any task:\n${reasonLines(stray.error).join('\n')}\n`)
  const code = codeOf(outcome, termination.signal.reason)
  process.exit(stray !== undefined || (reported.failed && code === 0) ? 1 : code)
}

/** Knows the values of all variables that the tasks of a plan declare as secrets. */
function maskerOf(graph: Graph, plan: Plan): Masker {
  const masker = new Masker()
  const tasks = plan.steps.flatMap(({ name }) => graph.get(name)?.task.options ?? [])
  for (const [name, value] of secretsOf(tasks, process.env)) masker.add(value, name)
  return masker
}

function isRememberedIn(graph: Graph, name: string): boolean {
  const task = graph.get(name)?.task
  return task !== undefined && isRemembered(task)
}

/** A copy without secrets is the same where there are none. */
function isSame(value: unknown, masked: unknown): boolean {
  const { serialize } = process.getBuiltinModule('node:v8')
  try {
    return serialize(value).equals(serialize(masked))
  } catch {
    return true // it cannot be stored anyway
  }
}

function codeOf(outcome: RunResult['outcome'], reason: unknown): number {
  switch (outcome) {
    case 'succeeded':
      return 0
    case 'failed':
      return 1
    case 'cancelled':
      return 128 + (signalNumber(reason) ?? constants.signals.SIGTERM)
  }
}

function signalNumber(name: unknown): number | undefined {
  return Object.entries(constants.signals).find(([signal]) => signal === name)?.[1]
}
