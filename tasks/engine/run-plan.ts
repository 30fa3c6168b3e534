import type { Sentinel } from '../../lib/processes/sentinel.ts'
import type { EngineEvent, RunEvent, TaskEvent } from './events.ts'
import type { Graph } from './graph.ts'
import type { Plan, PlanStep } from './plan.ts'
import { ReadyQueue } from './ready-queue.ts'
import { runTask } from './run-task.ts'
import { advance, type Outcome, type TaskEnd, type TaskState, type Transition } from './state.ts'

export interface RunOptions {
  readonly graph: Graph
  readonly plan: Plan
  /** What `readArguments` returned for this plan. */
  readonly args: ReadonlyMap<string, unknown>
  /** How many tasks may run at once. */
  readonly jobs: number
  /** The directory of the Taskfile. */
  readonly root: string
  /** What commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly emit: (event: EngineEvent) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Cancels: running tasks are aborted, their processes asked to end, and killed after the grace. */
  readonly signal?: AbortSignal
  /** There is no time left: what is being ended is killed now. */
  readonly urgent?: AbortSignal
  readonly graceMs?: number
  /** Ends the processes of the tasks where this process is killed. The caller dismisses it after the run. */
  readonly sentinel?: Sentinel
}

export interface RunResult {
  readonly outcome: Outcome
  readonly states: ReadonlyMap<string, TaskState>
}

/** Why a task is aborted, as the reason of its signal: the run was cancelled, or another task failed. */
export class AbortedError extends Error {
  override readonly name = 'AbortError'
  readonly because: 'cancelled' | 'failed'

  constructor(because: 'cancelled' | 'failed', cause: unknown) {
    super(because === 'cancelled' ? 'the run was cancelled' : 'another task failed', { cause })
    this.because = because
  }
}

/**
 * Runs a plan, as wide as `jobs` allows. At the first failure the tasks that run are aborted and no other starts.
 * Resolves when all processes of all tasks have ended.
 */
export async function runPlan(options: RunOptions): Promise<RunResult> {
  const { plan, jobs, emit, now, signal } = options
  const run = new AbortController()
  const urgent = options.urgent ?? new AbortController().signal
  const steps = new Map(plan.steps.map(step => [step.name, step]))
  const states = new Map<string, TaskState>(plan.steps.map(step => [step.name, { kind: 'waiting' }]))
  const queue = new ReadyQueue(plan)
  const running = new Set<Promise<void>>()
  let change = Promise.withResolvers<void>()
  const started = now()
  let failed = false
  /** What a listener of events threw, or the engine itself. */
  let bug: { readonly error: unknown } | undefined

  const tell = (event: RunEvent) => emit({ ...event, at: now() })
  const move = (name: string, transition: Transition): TaskState => {
    const state = advance(states.get(name) ?? { kind: 'waiting' }, transition)
    states.set(name, state)
    const event = eventOf(state)
    if (event !== undefined) emit({ ...event, name, at: now() })
    return state
  }
  const fail = (error: unknown) => {
    failed = true
    run.abort(new AbortedError('failed', error))
  }
  const execute = async (step: PlanStep): Promise<void> => {
    const end = await runStep(options, step, states, run.signal, urgent, fail)
    move(step.name, { kind: 'end', at: now(), end })
    if (end.kind === 'succeeded') queue.done(step.name)
  }
  const cancel = () => {
    tell({ type: 'run-cancelled', reason: signal?.reason })
    run.abort(new AbortedError('cancelled', signal?.reason))
  }

  tell({ type: 'run-started', plan, jobs })
  signal?.addEventListener('abort', cancel, { once: true })
  if (signal?.aborted) cancel()
  try {
    for (;;) {
      while (running.size < jobs && !run.signal.aborted) {
        const step = steps.get(queue.take() ?? '')
        if (step === undefined) break
        move(step.name, { kind: 'start', at: now() })
        const execution: Promise<void> = execute(step)
          .catch(error => {
            bug ??= { error }
          })
          .finally(() => {
            running.delete(execution)
            change.resolve()
          })
        running.add(execution)
      }
      if (running.size === 0) break
      await change.promise
      change = Promise.withResolvers()
      if (bug !== undefined) throw bug.error
    }
  } finally {
    // Reached with tasks running only after a bug: nothing may be left behind even then.
    if (running.size > 0) run.abort(new AbortedError('failed', undefined))
    await Promise.allSettled(running)
    signal?.removeEventListener('abort', cancel)
  }
  for (const [name, state] of states) if (state.kind === 'waiting') move(name, { kind: 'skip' })
  const outcome: Outcome = failed ? 'failed' : signal?.aborted ? 'cancelled' : 'succeeded'
  tell({ type: 'run-finished', outcome, durationMs: Math.max(0, now() - started) })
  return { outcome, states }
}

function runStep(
  { graph, args, root, environment, emit, now, graceMs = 5000, sentinel }: RunOptions,
  { name, needs }: PlanStep,
  states: ReadonlyMap<string, TaskState>,
  signal: AbortSignal,
  urgent: AbortSignal,
  fail: (error: unknown) => void,
): Promise<TaskEnd> {
  const task = graph.get(name)?.task
  if (task === undefined) throw new Error(`the plan has a task that its graph has not: ${name}`)
  const results: Record<string, unknown> = {}
  for (const need of needs) {
    const state = states.get(need.name)
    if (state?.kind !== 'succeeded') throw new Error(`${name} was started before ${need.name} had succeeded`)
    results[need.key] = state.result
  }
  return runTask({
    name,
    task,
    results,
    args: args.get(name),
    root,
    environment,
    graceMs,
    sentinel,
    signal,
    urgent,
    fail,
    emit: event => emit({ ...event, name, at: now() }),
  })
}

function eventOf(state: TaskState): TaskEvent | undefined {
  switch (state.kind) {
    case 'waiting':
      return undefined
    case 'running':
      return { type: 'task-started' }
    case 'succeeded':
      return { type: 'task-succeeded', durationMs: state.durationMs }
    case 'failed':
      return { type: 'task-failed', durationMs: state.durationMs, error: state.error }
    case 'aborted':
      return { type: 'task-aborted', durationMs: state.durationMs, abandoned: state.abandoned }
    case 'skipped':
      return { type: 'task-skipped' }
  }
}
