import { outputOf } from '../../lib/outputs.ts'
import type { Sentinel } from '../../lib/processes/sentinel.ts'
import type { Termination } from '../../lib/processes/termination.ts'
import { confirmBy } from '../engine/confirm.ts'
import type { EngineEvent } from '../engine/events.ts'
import { isRemembered } from '../engine/freshness/judge.ts'
import type { Graph } from '../engine/graph.ts'
import { RunHistory } from '../engine/memory/history.ts'
import type { Flags } from '../engine/options.ts'
import { orderPlan } from '../engine/order-steps.ts'
import type { Plan } from '../engine/plan.ts'
import { handedResults, onlyLooks, onlyTargets, prepareWork } from '../engine/prepare-work.ts'
import { runPlan } from '../engine/run-plan.ts'
import type { Watching } from '../engine/running/watching.ts'
import { maskEvent } from '../engine/secrets/mask-event.ts'
import { maskDeep } from '../engine/secrets/mask-values.ts'
import { Masker } from '../engine/secrets/masker.ts'
import { secretsOf } from '../engine/secrets/secrets-of.ts'
import type { Outcome } from '../engine/state.ts'
import type { Workplace } from '../engine/workplace.ts'
import { createReporters } from '../reporters/create-reporters.ts'
import { reasonLines } from '../reporters/failure.ts'
import { runName } from '../reporters/log-files.ts'
import type { Style } from '../reporters/style.ts'
import { keepUnchanged } from './keep-unchanged.ts'

export interface Setting {
  readonly graph: Graph
  readonly plan: Plan
  readonly workplace: Workplace
  readonly flags: Flags
  /** The paths of all Taskfiles that were read. */
  readonly taskfiles: readonly string[]
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

/** What outlives one run. */
export interface Edge {
  readonly termination: Termination
  readonly sentinel: Sentinel
  /** Knows the secrets of the tasks. */
  readonly masker: Masker
  readonly watching?: Watching
}

export interface RunEnd {
  readonly outcome: Outcome
  /** A report that was asked for could not be written. */
  readonly unreported: boolean
}

/**
 * Runs a plan once, with its reporters and its place in the history. Throws a UserError for what stands in the way of the
 * run, before anything has run. The variables of the setting are in the environment of this process by then.
 */
export async function oneRun(
  setting: Setting,
  { termination, sentinel, masker, watching }: Edge,
): Promise<RunEnd> {
  const { graph, workplace, flags, jobs, words, style, commandFor } = setting
  const { root, memory } = workplace
  const chosen = flags.only ? onlyTargets(setting.plan) : setting.plan
  // Reading all of it from the process takes 0.1 ms, for each command.
  const environment = { ...process.env }
  const work = await prepareWork({ graph, plan: chosen, environment, workplace, force: flags.force })
  const plan = orderPlan(chosen, names => memory.durations(names), work.settlement.names)
  const handed = flags.only ? handedResults(graph, plan, workplace) : []
  const resumed = new Map([...handed, ...(setting.resumed ?? [])])
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
    withoutLogs: onlyLooks(graph, plan),
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
  const freshness = workplace.freshness(work, holdsSecret)
  const { outcome, states } = await runPlan({
    graph,
    plan,
    id,
    jobs,
    root,
    environment,
    keepGoing: flags.keepGoing,
    confirm: exec => confirmBy(exec, flags.yes),
    masker,
    freshness,
    now: Date.now,
    signal: termination.signal,
    urgent: termination.urgent,
    sentinel,
    ended: (name, state) => history.ended(name, state),
    emit,
    resumed,
    ...(watching !== undefined && { watching }),
  })
  // It leaves while the rest is done; a watch goes on with it.
  if (watching === undefined) sentinel.dismiss()
  history.finish(outcome, Date.now())
  freshness.settle(states)
  if (watching === undefined)
    await keepUnchanged({ ...setting, plan }, { judge: work.judge, environment, states })
  workplace.keep(text => masker.mask(text) !== text)
  for (const trouble of memory.takeTroubles())
    reporter.report({ type: 'run-trouble', trouble, at: Date.now() })
  workplace[Symbol.dispose]()
  const { failed, lines } = await reporter.close()
  for (const line of lines) outputOf('stderr').write(`${line}\n`)
  return { outcome, unreported: failed }
}

/** Knows the values of all variables that the tasks of a plan declare as secrets. */
export function maskerOf(graph: Graph, plan: Plan): Masker {
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
